"""
Media files: raw bytes up, raw bytes down (documented, section "Media").

The one answer the documents print for a download is an error, 4001 "Invalid applicationId": read here as a file of
another OAuth client. An unknown file is 404 by the documents' general rule.
"""

from starlette.responses import Response

from local.simulators.websms import magic
from local.simulators.websms.answers import json_answer
from local.simulators.websms.calls import Call
from local.simulators.websms.guards import require_scope
from local.simulators.websms.statuses import DOCUMENTED, OK, Operation, Refused


async def upload(call: Call) -> Response:
    """Store the body under a new mediaId; none or too many bytes are 4034, a multipart body is stored as it is."""
    client = require_scope(call)
    settings = call.state.settings
    code = magic.forced_upload_code(call.body, DOCUMENTED[call.operation])
    if code is not None and code != OK:
        raise Refused(code)
    if not 1 <= len(call.body) <= settings.media_max_bytes:
        raise Refused(4034)
    content_type = call.request.headers.get("content-type", "application/octet-stream")
    media = call.state.media.put(call.body, content_type, client, settings.media_store_bytes)
    call.state.changed()
    return json_answer({"statusCode": OK, "statusMessage": "OK", "mediaId": media.media_id})


async def download(call: Call) -> Response:
    """The bytes under the content type they came with."""
    client = require_scope(call)
    media = call.state.media.find(call.request.path_params["mediaId"])
    if media is None:
        raise Refused(4034, http=404)
    if media.owner not in {None, client}:
        raise Refused(4001, "Invalid applicationId")
    return Response(media.content, 200, {"Content-Type": media.content_type})


HANDLERS = {Operation.MEDIA_UPLOAD: upload, Operation.MEDIA_DOWNLOAD: download}
