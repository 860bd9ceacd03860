from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "yl_district"
    verbose_name = "工作台"
