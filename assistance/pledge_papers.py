"""The pledge of secrecy (志愿者保密承诺书) as a Word file for a fixed volunteer to sign; it tells of no youth."""

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from .papers import BLANK_DAY, add_line, add_title, new_paper

PLEDGE_TITLE = "志愿者保密承诺书"
PLEDGE_OPENING = "我自愿担任固定志愿者，参加地区团委组织的帮扶和走访。为了保护帮扶对象和他们的家庭，我承诺："
PLEDGES = (
    "不说。不向任何人说起谁是帮扶对象，也不谈论帮扶对象的家庭、学校和受帮扶的情况；对自己的家人、朋友、同事和其他志愿者也一样。",
    "不拍。不给帮扶对象及其家庭、住处、证件和材料拍照、录音、录像；工作确有需要的，先征得监护人和地区团委同意。",
    "不存。不在手机、电脑、网盘里保存帮扶对象的姓名、住址、号码和情况，不发到微信群、朋友圈和其他网络平台；为联系必须留下的电话，"
    "不注明是帮扶对象。",
    "不转。走访链接和验证码只由我本人在自己的手机上使用，不转发、不截屏、不告诉他人；手机遗失、更换或交给他人的，当天告诉地区团委停用。",
    "只用于帮扶。所了解的情况只用于帮扶，不用于宣传、采访、调查和商业活动；公开介绍帮扶工作的，由地区团委办理。",
    "有危险立即报告。发现未成年人受到侵害或面临危险的，立即告诉地区团委，情况紧急的先报警；这样做不违反本承诺。",
    "离开时交清。不再担任固定志愿者的，当天交回全部材料，删除手机和电脑里留存的内容，不再使用走访链接；以后仍然保守秘密。",
)
PLEDGE_CLOSING = "违反以上承诺的，我愿意停止志愿服务，并依法承担责任。本承诺书一式两份，志愿者和地区团委各存一份。"
NAME_TO_WRITE = "＿" * 12


def write_pledge(volunteer, day, stream):
    """Writes the file to a binary stream; `day` is that on which it is made.

    A grown volunteer's name stands in it; a minor's is left to be written, beside a line for the guardian.
    """
    person, document = volunteer.person, new_paper(PLEDGE_TITLE, day)
    is_grown = person.shown_name == person.name
    add_title(document, PLEDGE_TITLE)
    add_paragraph(document, f"志愿者：{person.name if is_grown else NAME_TO_WRITE}", before=12)
    add_paragraph(document, PLEDGE_OPENING, indent=24)
    for number, text in enumerate(PLEDGES, 1):
        add_paragraph(document, f"{number}. {text}", indent=24)
    add_paragraph(document, PLEDGE_CLOSING, indent=24)
    signers = ["承诺人（签名）", *([] if is_grown else ["监护人（签名）"]), "地区团委经办人（盖章）"]
    for signer in signers:
        add_paragraph(document, f"{signer}：{NAME_TO_WRITE}　　日期：{BLANK_DAY}", before=14)
    document.save(stream)


def add_paragraph(document, text, indent=0, before=0):
    """Adds a paragraph; `indent` of its first line and the space `before` it are in points."""
    paragraph = add_line(document, text)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY if indent else WD_ALIGN_PARAGRAPH.LEFT
    paragraph.paragraph_format.first_line_indent = Pt(indent)
    paragraph.paragraph_format.space_before = Pt(before)
