"""LTI 1.3: a learning platform launches lessons and classes, and takes participation back as grades. Off by default
(`MLSYSWEB_LTI`); then only the models are loaded, no address answers and no library is imported.

A launch opens a window of its own: a page of this site is not shown in a frame, and browsers block the cookies of
frames. It takes three requests: `login` sends the browser to the platform with a random state and nonce; the platform
sends it back to `launch` with a signed token; `proceed` is a redirect within this site, so that the browser's session
comes along, which is not sent with a form from another site."""
