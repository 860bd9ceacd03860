"""Forms for who looks after an organisation."""

from functools import partial

from django import forms
from django.db.models import Prefetch, Q
from django.utils import timezone

from orgs.models import Organisation
from yl_district.pages.forms import ActionForm, PageForm
from yl_district.pages.record_choices import RecordChoiceField
from yl_district.pinyin import NAME_ORDER

from .actions import committee_posts, lock_liaisons, save_liaison
from .models import Liaison, Person, Post


class CommitteeMemberField(RecordChoiceField):
    """A choice of a person by name and post, among those with posts in committees above an organisation."""

    def offer(self, posts, user, *, beside=None):
        """Offers the holders of `posts` whom the user may see, and the person with the key `beside`."""
        seen = Q(pk__in=Person.objects.visible_to(user).values("pk")) & Q(pk__in=posts.values("person"))
        told = Prefetch("posts", posts.select_related("organisation"), to_attr="committee_posts")
        people = Person.objects.filter(seen | Q(pk=beside)).order_by(*NAME_ORDER)
        self.queryset = people.prefetch_related(told)

    def label_from_instance(self, person):
        posts = "、".join(f"{post.organisation} {post.title}" for post in person.committee_posts)
        return f"{person}（{posts}）" if posts else str(person)


class LiaisonChangeForm(ActionForm):
    """Who looks after an organisation, and from when."""

    person = CommitteeMemberField(
        Person.objects.none(),
        label="联系委员",
        required=False,
        help_text="上级团组织在任的书记、委员；选“没有人”表示不再有人联系。",
    )
    day = forms.DateField(label="自何日起")

    def __init__(self, *args, organisation, **options):
        super().__init__(*args, **options)
        self.fields["person"].offer(committee_posts(organisation).as_of(self.day), self.user)
        self.fields["person"].empty_label = "没有人"


class LiaisonsForm(ActionForm):
    """Who looks after several organisations, and from when."""

    person = CommitteeMemberField(
        Person.objects.none(), label="联系委员", help_text="这些组织的上级团组织在任的书记、委员。"
    )
    day = forms.DateField(label="自何日起", initial=timezone.localdate)

    def __init__(self, *args, posts, **options):
        super().__init__(*args, **options)
        self.fields["person"].offer(posts.as_of(self.day), self.user)
        if not self.fields["person"].queryset.exists():
            self.fields["person"].help_text = "还没有可选的人：请先登记书记、委员在上级团组织的任职。"


def liaisons_form(user, organisations):
    """Makes the form for these organisations: it offers whoever has a post in a committee above each of them."""
    step = Organisation.steplen
    above = [{one.path[:end] for end in range(step, len(one.path), step)} for one in organisations]
    posts = Post.objects.of_committees().filter(organisation__path__in=set.intersection(*above))
    return partial(LiaisonsForm, posts=posts)


class LiaisonForm(PageForm):
    """A span in which somebody looks after an organisation, to be corrected."""

    groups = [("", "person", "started_on", "ended_on")]
    fixed = ("organisation",)

    class Meta:
        model = Liaison
        field_classes = {"person": CommitteeMemberField}
        help_texts = {"started_on": "一直如此的留空。"}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if self.instance.pk:
            posts = committee_posts(self.instance.organisation)
            self.fields["person"].offer(posts, self.user, beside=self.instance.person_id)

    @classmethod
    def lock(cls, record):
        lock_liaisons(record.organisation)

    def save(self, commit=True):
        """Saves the span unless it overlaps with another one, or its person was in no committee above."""
        save_liaison(self.instance)
        return self.instance
