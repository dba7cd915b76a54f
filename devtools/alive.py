"""Health check of the web server: `python -m devtools.alive PORT` succeeds when it is alive.

The image has no curl. The host header is the first allowed host, as a proxy would send it.
"""

import http.client
import os
import sys
from contextlib import closing

PATH = "/livez"


def is_alive(port: int, host: str) -> bool:
    """Tell whether the server answers on its own machine."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=4)) as connection:
        try:
            connection.request("GET", PATH, headers={"Host": host})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False


if __name__ == "__main__":
    first_host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0]
    sys.exit(0 if is_alive(int(sys.argv[1]), first_host) else 1)
