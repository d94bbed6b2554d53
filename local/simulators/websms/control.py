"""
What the control API of websms has beyond the kit's.

    GET   media               what is stored; DELETE media/{media_id} forgets a file
"""

from starlette.requests import Request
from starlette.responses import Response

from local.simulators.kit import ControlRoute, json_answer
from local.simulators.websms.state import State


def media_routes(state: State) -> list[ControlRoute]:
    async def get_media(_: Request) -> Response:
        shown = [
            {"media_id": file.media_id, "content_type": file.content_type, "size": len(file.content)}
            | {"sha256": file.sha256, "owner": file.owner}
            for file in state.media.all()
        ]
        return json_answer({"uploads": state.media.uploads, "media": shown})

    async def delete_media(request: Request) -> Response:
        return Response(status_code=204 if state.media.remove(request.path_params["media_id"]) else 404)

    return [("GET", "media", get_media), ("DELETE", "media/{media_id}", delete_media)]
