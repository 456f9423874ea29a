import pytest

from .platform import MockPlatform


@pytest.fixture(scope="session")
def lti_key(tmp_path_factory):
    """A file for the key of the site, for all tests: making one takes a moment."""
    return tmp_path_factory.mktemp("lti") / "key.pem"


@pytest.fixture(autouse=True)
def lti_on(settings, lti_key):
    settings.LTI, settings.LTI_KEY_FILE, settings.ROOT_URLCONF = True, lti_key, "tests.mlsysweb.lti.urls"


@pytest.fixture
def moodle(db):
    """A platform that is registered."""
    platform = MockPlatform()
    platform.row = platform.register()
    yield platform
    platform.close()
