from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "orgs"
    verbose_name = "组织"

    def ready(self):
        """Connects `begin_session`, so that every session has a start time, whatever the way of signing in."""
        from django.contrib.auth.signals import user_logged_in

        from .accounts.sessions import begin_session

        user_logged_in.connect(begin_session, dispatch_uid="orgs.accounts.sessions.begin_session")
