"""Seals and opens people as their capacities come and go."""

from django.db.models.signals import post_delete, post_save

from .models import Person
from .models.people import OPEN_CAPACITIES


def watch_capacities():
    """Has each capacity saved or deleted open or seal its person; bulk writes call `keep_sealed` themselves."""
    for name in OPEN_CAPACITIES:
        relation = Person._meta.get_field(name)
        post_save.connect(opener(relation), relation.related_model, weak=False)
        post_delete.connect(sealer(relation.field), relation.related_model, weak=False)


def opener(relation):
    """A receiver of `post_save` that opens the person whom the capacity names, which is one of this relation."""
    field = relation.field

    def opens(instance, **options):
        key, person = getattr(instance, field.attname), field.get_cached_value(instance, None)
        if key is None or (person is not None and not person.keeps_sealed):
            return
        Person.objects.open_known_by(relation.name, key)
        if person is not None:
            person.take_seal(False)

    return opens


def sealer(field):
    """A receiver of `post_delete` that seals the person whom the capacity named, unless another one is left."""

    def seals(instance, **options):
        if (key := getattr(instance, field.attname)) is not None:
            Person.objects.keep_sealed([key])

    return seals
