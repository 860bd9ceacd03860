from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "orgs"
    verbose_name = "组织"

    def ready(self):
        """Every sign-in, however it comes about, begins a session that ends on time."""
        from django.contrib.auth.signals import user_logged_in

        from .accounts.sessions import begin_session

        user_logged_in.connect(begin_session, dispatch_uid="orgs.accounts.sessions.begin_session")
