"""Response headers that switch off device features, and caching of everything but static files."""

from django.conf import settings

PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in "accelerometer camera geolocation gyroscope magnetometer microphone payment usb".split()
)


class HeadersMiddleware:
    """Adds the headers that Django has no setting for."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response["Permissions-Policy"] = PERMISSIONS
        if not request.path.startswith(settings.STATIC_URL):
            response["Cache-Control"] = "no-store"
        return response
