"""The addresses of collected assets, which do not change while the server runs."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class AssetStorage(CompressedManifestStaticFilesStorage):
    """Works out the address of each asset once; a page names some fifty of them."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self._addresses = {}

    def url(self, name, force=False):
        if force:
            return super().url(name, force)
        if name not in self._addresses:
            self._addresses[name] = super().url(name)
        return self._addresses[name]
