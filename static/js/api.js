/* The API's description as pages. Nothing is kept, and nothing is asked of anybody else. */
(() => {
  "use strict";
  const place = document.getElementById("api");
  window.SwaggerUIBundle({
    url: place.dataset.url,
    domNode: place,
    deepLinking: false,
    persistAuthorization: false,
    validatorUrl: null,
    docExpansion: "list",
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
  });
})();
