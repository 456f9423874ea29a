import logging

import pytest


@pytest.mark.parametrize("host", ["evil.example", "[::1"])
def test_a_host_that_is_not_of_the_site_is_one_line_of_the_log(client, caplog, host):
    with caplog.at_level(logging.WARNING, "django.security.DisallowedHost"):
        assert client.get("/", headers={"Host": host}).status_code == 400
    (told,) = (record for record in caplog.records if record.name == "django.security.DisallowedHost")
    assert host in told.getMessage()
    assert told.exc_info is None
    assert "Traceback" not in caplog.text
