from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "playground.core"

    def ready(self) -> None:
        from playground.core import checks  # noqa: F401, PLC0415  # registers them
