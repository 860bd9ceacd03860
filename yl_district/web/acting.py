"""Names the signed-in account to the database for the length of the request."""

from ..database.actors import Actor, acting_as


class ActorMiddleware:
    """Must follow the authentication middleware."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with acting_as(Actor(request.user.pk)):
            return self.get_response(request)
