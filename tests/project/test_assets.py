"""The pages' third-party files in the build."""

import json
import re

import pytest

from yl_district import assets
from yl_district.web.asset_storage import AssetStorage

DRAWINGS = assets.NODE_MODULES / "@tabler" / "icons" / "icons"


def test_icons_are_found_however_they_are_named(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        """<link rel="icon"> <use href="{% static 'vendor/icons.svg' %}#home"/> {% icon "users" %} {% icon name %}""",
        "utf-8",
    )
    code = tmp_path / "code.py"
    code.write_text("""Entry("团员", icon="users"), Entry("青年汇", icon='star-filled')""", "utf-8")

    assert assets.icon_names([page, code]) == ["home", "star-filled", "users"]


def test_sprite_holds_one_symbol_for_each_icon():
    drawing = assets.sprite(["home", "star-filled"], DRAWINGS)

    assert re.findall(r'<symbol id="([^"]+)"', drawing) == ["home", "star-filled"]
    assert 'd="M5 12l-2 0l9 -9l9 9l-2 0"' in drawing
    assert "M0 0h24v24H0z" not in drawing


def test_unknown_icon_is_named():
    with pytest.raises(assets.AssetError, match="“no-such-icon”"):
        assets.sprite(["no-such-icon"], DRAWINGS)


def test_built_sprite_has_every_icon_in_use():
    built = (assets.VENDOR / assets.SPRITE).read_text("utf-8")
    assert re.findall(r'<symbol id="([^"]+)"', built) == assets.icon_names(assets.source_files())


@pytest.mark.parametrize("name", assets.VENDOR_FILES)
def test_vendor_file_points_to_no_file_that_is_not_copied(name):
    text = (assets.VENDOR / name).read_text("utf-8")
    assert len(text) > 10_000
    assert "sourceMappingURL" not in text
    if name.endswith(".css"):
        assert re.findall(r"""url\((?!["']?data:)[^)]*\)""", text) == []


@pytest.mark.parametrize(("name", "exported"), [(name, made[1]) for name, made in assets.BUNDLED.items()])
def test_bundle_is_one_script_that_defines_its_name_and_loads_no_other(name, exported):
    text = (assets.VENDOR / name).read_text("utf-8")
    assert re.match(rf'(?:"use strict";)?var {exported}=', text)
    assert re.findall(r"\bimport\s*\(|\brequire\(|sourceMappingURL", text) == []


def test_an_asset_is_addressed_as_collected_and_one_that_was_not_is_refused(tmp_path):
    manifest = {"version": "1.1", "hash": "", "paths": {"yl/app.css": "yl/app.0123.css"}}
    (tmp_path / "staticfiles.json").write_text(json.dumps(manifest))
    storage = AssetStorage(location=tmp_path, base_url="/static/")
    assert [storage.url("yl/app.css") for _ in range(2)] == ["/static/yl/app.0123.css"] * 2
    # Worked out once.
    storage.hashed_files.clear()
    assert storage.url("yl/app.css") == "/static/yl/app.0123.css"
    with pytest.raises(ValueError, match=r"yl/app\.js"):
        storage.url("yl/app.js")
