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
    // Each operation shows its own shapes; the long list of all of them stays away.
    defaultModelsExpandDepth: -1,
    // Their headings begin at the third level; a reader's list must not skip one.
    onComplete: () => {
      for (const heading of place.querySelectorAll("h3.opblock-tag")) {
        heading.setAttribute("aria-level", "2");
      }
    },
    presets: [window.SwaggerUIBundle.presets.apis],
    // The page has a heading of its own.
    plugins: [() => ({ wrapComponents: { InfoContainer: () => () => null } })],
    layout: "BaseLayout",
  });
})();
