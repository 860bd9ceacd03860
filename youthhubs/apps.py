from django.apps import AppConfig


class YouthhubsConfig(AppConfig):
    name = "youthhubs"
    verbose_name = "青年汇"
