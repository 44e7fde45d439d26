"""Pages for what goes wrong: one sentence, and the way back."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from deqi.api.types import InputError


def refuse(request: HttpRequest, status: int, key: str) -> HttpResponse:
    """An error page, or a problem document where a program asked."""
    from deqi.web.site import pages

    said = pages.words(f"error.{key}")
    return explain(request, status, said)


def explain(request: HttpRequest, status: int, said: str) -> HttpResponse:
    """An error page with a sentence made elsewhere."""
    from deqi.web.site import pages

    if request.path.startswith("/api/"):
        from deqi.web.site.problems import problem

        return problem(status, said)
    return pages.private_page("error.html.j2", {"status": status, "said": said}, status)


class UserErrors:
    """Turns the user's errors into a page with their one sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """422 for what a person wrote and could not be read; anything else is ours."""
        return explain(request, 422, str(exception)) if isinstance(exception, InputError) else None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a request that is none. The reason is not repeated: it may hold what somebody typed."""
    return refuse(request, 400, "request")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return refuse(request, 404, "missing")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return refuse(request, 403, "elsewhere")


def broken(request: HttpRequest) -> HttpResponse:
    """500: ours."""
    return refuse(request, 500, "ours")
