"""The small template language of Word layouts; everything else is refused before it runs."""

import re

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

PLACEHOLDERS = {"title", "signature", "dateline", "place", "period", "counted_on", "appendix"}
LIST_COLUMNS = {
    "blocks": {"level", "text"},
    "figures": {"key", "label", "value", "unit", "definition", "records", "target", "quality"},
}
TAGS = {"for", "endfor", "if", "elif", "else", "endif"}
# The length of a loop's body in characters of XML; limits how much a small file can grow.
LONGEST_LOOP = 200_000
DEEPEST_CONDITION = 8
PLACEHOLDER = re.compile(r"{{.*?}}|{%\s*(?:tr|tc|p|r)?\s*(\w+).*?%}", re.DOTALL)
LOGIC = (nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand, nodes.If, nodes.Output, nodes.Template)
PLAIN_NODES = (nodes.Const, nodes.TemplateData)


class LayoutRefused(Exception):
    """The file cannot be a layout; the message says what was found, what was expected and what to do."""


class LayoutEnvironment(SandboxedEnvironment):
    """Renders only templates that have been checked, with their output escaped."""

    def __init__(self):
        super().__init__(autoescape=True)

    def from_string(self, source, *args, **options):
        """The template of a source; raises LayoutRefused where it uses more than layouts may."""
        try:
            tree = self.parse(source)
        except TemplateSyntaxError:
            raise LayoutRefused(f"占位符写法有误{wrong_one(self, source)}。请对照内置版式改正后重新上传。") from None
        check_node(tree)
        return super().from_string(source, *args, **options)


def wrong_one(environment, source):
    """The first invalid placeholder, for the message; a note on unpaired tags where each one is valid by itself."""
    for placeholder in PLACEHOLDER.finditer(source):
        is_tag = placeholder[1] is not None
        if placeholder[1] not in TAGS if is_tag else not is_readable(environment, placeholder[0]):
            return f"：{re.sub('<[^>]*>', '', placeholder[0])[:60]}"
    return "，标记没有成对"


def is_readable(environment, source):
    """Whether the source can be parsed."""
    try:
        environment.parse(source)
    except TemplateSyntaxError:
        return False
    return True


def check_node(node, loops=(), depth=0):
    """Raises LayoutRefused for anything that a layout may not use.

    `loops` holds the loop around the node, if any, as (name of its variable, name of its list).
    """
    if depth > DEEPEST_CONDITION:
        raise LayoutRefused(f"判断套得太深，最多 {DEEPEST_CONDITION} 层。请简化版式后重新上传。")
    if isinstance(node, nodes.For):
        check_loop(node, loops, depth)
    elif isinstance(node, nodes.Getattr):
        check_attribute(node, loops)
    elif isinstance(node, nodes.Name):
        if node.name not in PLACEHOLDERS:
            raise unknown_placeholder(node.name)
    elif isinstance(node, LOGIC):
        deeper = depth + isinstance(node, nodes.If)
        for child in node.iter_child_nodes():
            check_node(child, loops, deeper)
    elif not isinstance(node, PLAIN_NODES):
        raise LayoutRefused(
            f"占位符只能写名称、判断和循环，不能用{SYNTAX.get(type(node), '其他写法')}。请对照内置版式改正后重新上传。"
        )


SYNTAX = {
    nodes.Call: "函数调用",
    nodes.Filter: "过滤器（|）",
    nodes.Getitem: "方括号取值",
    nodes.Test: "“is”判断",
    nodes.Assign: "“set”赋值",
    nodes.Macro: "“macro”宏",
    nodes.Include: "“include”引用",
    nodes.Import: "“import”引用",
    nodes.FromImport: "“import”引用",
    nodes.Extends: "“extends”引用",
}


def check_loop(node, loops, depth):
    """Raises LayoutRefused unless it is a plain loop over one list; nested loops would multiply the output."""
    if loops:
        raise LayoutRefused("循环里又套了循环。请让正文和指标各用一个循环，不要嵌套。")
    is_plain = (
        isinstance(node.target, nodes.Name) and isinstance(node.iter, nodes.Name) and node.iter.name in LIST_COLUMNS
    )
    if not is_plain or node.test or node.else_ or node.recursive:
        raise LayoutRefused(
            "循环只能写成“for block in blocks”或“for row in figures”的样子。请对照内置版式改正后重新上传。"
        )
    if sum(len(data.data) for data in node.find_all(nodes.TemplateData)) > LONGEST_LOOP:
        raise LayoutRefused("循环里的内容过多。请把图片、说明等移到循环以外，再重新上传。")
    for child in node.body:
        check_node(child, ((node.target.name, node.iter.name),), depth)


def check_attribute(node, loops):
    """Raises LayoutRefused for attributes that a loop's items do not have."""
    lists = dict(loops)
    name = node.node.name if isinstance(node.node, nodes.Name) else ""
    if node.attr not in LIST_COLUMNS.get(lists.get(name), ()):
        raise unknown_placeholder(f"{name}.{node.attr}")


def unknown_placeholder(name):
    """The LayoutRefused for an undefined name."""
    return LayoutRefused(f"没有叫“{name[:60]}”的内容。请对照内置版式核对占位符的名称后重新上传。")
