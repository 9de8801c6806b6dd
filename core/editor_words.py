"""What the rich text editor says; templates/macros/editor.html hands it to static/js/editor.js.

Some thirty sentences on every page where one can write: looked up once for each language.
"""

from __future__ import annotations

from functools import lru_cache

from flask import Flask

from .i18n import _l, current_language

WORDS = {
    "toolbar": _l("文字格式"),
    "undo": _l("撤销"),
    "redo": _l("重做"),
    "bold": _l("加粗"),
    "heading": _l("大标题"),
    "subheading": _l("小标题"),
    "bullets": _l("项目列表"),
    "numbers": _l("编号列表"),
    "quote": _l("引用"),
    "link": _l("链接"),
    "table": _l("表格"),
    "note": _l("脚注"),
    "note-words": _l("脚注内容"),
    "note-remove": _l("去掉脚注"),
    "picture": _l("图片"),
    "picture-alt": _l("图片里是什么（给看不见图的人听）"),
    "picture-remove": _l("移出正文"),
    "clear": _l("清除格式"),
    "apply": _l("确定"),
    "cancel": _l("取消"),
    "link-address": _l("网址或邮箱地址"),
    "link-remove": _l("去掉链接"),
    "link-invalid": _l("这不像一个网址或邮箱地址。请写完整，例如 https://www.example.cn/。"),
    "rows": _l("行数"),
    "columns": _l("列数"),
    "row-add": _l("下面加一行"),
    "column-add": _l("后面加一列"),
    "row-remove": _l("删除这一行"),
    "column-remove": _l("删除这一列"),
    "table-remove": _l("删除表格"),
    "dropped-changes": _l("原文里有修订记录：已粘贴修订后的文字，删去的部分没有带过来。"),
    "dropped-comments": _l("原文里的批注没有粘贴。"),
    "dropped-images": _l("图片没有粘贴。请单独复制图片再粘贴，或者作为附件上传。"),
    "paste-too-long": _l("这一段太长，没有粘贴；写好的都在。请分成几篇，每篇两万字以内。"),
    "paste-unformatted": _l("原文的格式太多，只粘贴了文字。"),
    "people": _l("提到谁"),
    "draft-found": _l("这里有一份没有发出的草稿，写于 %(when)s。", when="{when}"),
    "draft-offline": _l("没有网络，先保存在本机。"),
    "draft-refused": _l("服务器没有收下草稿，先保存在本机。"),
    "draft-mine": _l("用这里的"),
    "draft-theirs": _l("用另一处的"),
    "draft-both": _l("两份都留"),
    "draft-restore": _l("恢复草稿"),
    "draft-discard": _l("不要了"),
    "empty": _l("请先写内容。"),
}


@lru_cache
def _attributes(_language: str) -> dict[str, str]:
    return {f"data-{name}": str(words) for name, words in WORDS.items()}


def editor_words() -> dict[str, str]:
    """The data attributes of the text box, in the reader's language."""
    return _attributes(current_language())


def init_app(app: Flask) -> None:
    app.jinja_env.globals["editor_words"] = editor_words
