"""A data service with Django as it comes: documents of tenants. CommonMiddleware sets the length of each answer."""

import json

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["*"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="not a secret: nothing is signed",
)


def document(request, tenant, name):
    content = json.dumps({"tenant": tenant, "of": name})
    if name == "stored-answer":
        # The text of this document is an HTTP answer, as someone may have stored it, for example in a log.
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        return HttpResponse(head % len(content) + content, content_type="text/plain")
    return HttpResponse(content, content_type="application/json")


urlpatterns = [path("tenants/<tenant>/invoices/<name>", document)]
application = get_wsgi_application()
