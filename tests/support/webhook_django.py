"""The settings and the applications of a Django project whose only page is `hooks.urls`."""

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

SECRET_KEY = "of the tests"
ROOT_URLCONF = "hooks.urls"
ALLOWED_HOSTS = ["*"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def __getattr__(name: str) -> object:
    if name == "wsgi":
        return get_wsgi_application()
    if name == "asgi":
        return get_asgi_application()
    raise AttributeError(name)
