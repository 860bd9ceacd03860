"""What the server answers where a request is not handled at all: too large, too slow, or nobody free for it."""

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string

BUSY_SECONDS = 10


class Rejection(Exception):
    """A request that reaches no view, with the status, heading and advice of the page that says so."""

    def __init__(self, status, heading, advice, *, retry_after=None, goes_on_reading=False):
        super().__init__(heading)
        self.status, self.heading, self.advice = status, heading, advice
        self.retry_after = retry_after
        # Whether the sender is likely to be sending still, and would take a closed connection for a fault of the line.
        self.goes_on_reading = goes_on_reading

    def page(self):
        """The page as HTML."""
        return render_to_string("rejected.html", {"rejection": self})

    def headers(self):
        """Headers of the page beside its type and length, as pairs of texts."""
        found = [
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", settings.SECURE_REFERRER_POLICY),
        ]
        if settings.SECURE_HSTS_SECONDS:
            found.append(("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}"))
        if self.retry_after:
            found.append(("Retry-After", str(self.retry_after)))
        return found


def too_large(found, limit):
    """The rejection of a body of `found` bytes, None if it was cut at the limit before its end was seen."""
    size = f"有 {filesizeformat(found)}" if found else f"超过 {filesizeformat(limit)}"
    if limit == settings.ANONYMOUS_BODY_LIMIT:
        advice = "没有登录或登录已超时。请在另一个窗口登录，再返回上一页重新提交。"
    else:
        advice = "请删去多余的工作表或图片，或分成几个文件提交。"
    text = f"提交的内容{size}，上限为 {filesizeformat(limit)}，没有接收，也没有任何改动。{advice}"
    return Rejection(413, "提交的内容太大", text, goes_on_reading=True)


def too_slow(found):
    """The rejection of a body of which only `found` bytes had come when its time was over."""
    text = f"只收到 {filesizeformat(found)} 就停了，没有任何改动。请检查网络，再返回上一页重新提交。"
    return Rejection(408, "提交的内容没有传完", text)


def busy(*, goes_on_reading=False):
    """The rejection where nobody was free for the request, or there was no room for it."""
    text = f"现在同时使用的人很多，这次没有轮到，也没有任何改动。请等 {BUSY_SECONDS} 秒后刷新本页，浏览器会重新提交。"
    return Rejection(503, "系统正忙", text, retry_after=BUSY_SECONDS, goes_on_reading=goes_on_reading)


def broken_off():
    """The rejection of a body that ended before its end, or is not what its headers say."""
    return Rejection(400, "无法处理这个请求", "请求的内容不完整或不正确，没有任何改动。请返回上一页重试。")


def failed_within():
    """The answer to a request for which the application itself has failed."""
    return Rejection(500, "系统出错", "这次操作没有完成，请返回上一页重试；如仍不行，请告诉管理员。")
