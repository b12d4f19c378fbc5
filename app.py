"""The service: `python app.py` runs all of it, `app:asgi` and `app:server` are the same for other web servers."""

from dashapp.settings import load_settings
from dashapp.web.application import create_app
from dashapp.web.serve import main

if __name__ == "__main__":
    raise SystemExit(main())

application = create_app(load_settings())
app = application.dash
server = application.server
asgi = application.asgi
