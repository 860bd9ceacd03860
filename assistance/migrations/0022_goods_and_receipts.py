"""What assistances gave and who signed for it; a partner of each name that they, or their history, were given."""

from importlib import import_module

import django.core.validators
import django.db.models.deletion
import simple_history.models
import uuid
import yl_district.privacy.encryption
from django.conf import settings
from django.db import migrations, models

from assistance import row_policies
from yl_district.database.actors import whole_case_files


# Texts of partners were taken apart like this once before, those of activities.
of_activities = import_module("activities.migrations.0023_partner")
REASON = "由帮扶记录的协办单位建立"
ONLY_IN_HISTORY = "只在修改历史中出现过。"


@whole_case_files()
def register(apps, schema_editor):
    """Links assistances and the rows of their history to partners, registering those that are not yet."""
    model, history = apps.get_model("assistance", "Assistance"), apps.get_model("assistance", "HistoricalAssistance")
    partners = {}
    for partner in apps.get_model("activities", "Partner").objects.order_by("pk"):
        for key in of_activities.names_in(partner.name):
            partners.setdefault(key, partner)
    for rows, remark in ((model, ""), (history, ONLY_IN_HISTORY)):
        for key, name in of_activities.names_of(rows).items():
            if key not in partners:
                partners[key] = of_activities.kept(apps, name, remark, REASON)
    links, kept = model.partners.through, apps.get_model("assistance", "HistoricalAssistance_partners")
    of_activities.write(
        links,
        (
            links(assistance_id=pk, partner_id=partners[key].pk)
            for pk, text in told(model, "pk")
            for key in of_activities.names_in(text)
        ),
    )
    present = {(one, other): pk for pk, one, other in links.objects.values_list("pk", "assistance", "partner")}
    of_activities.write(
        kept,
        (
            kept(
                id=present.get((pk, partners[key].pk), 0),
                history_id=number,
                assistance_id=pk,
                partner_id=partners[key].pk,
            )
            for number, pk, text in told(history, "pk", "id")
            for key in of_activities.names_in(text)
        ),
    )
    check_links_now(schema_editor)


def told(model, *keys):
    """The keys and the text of partners of the rows of a model that have one."""
    rows = model.objects.exclude(partners_text="").order_by("pk")
    return rows.values_list(*keys, "partners_text").iterator()


@whole_case_files()
def write_names(apps, schema_editor):
    """Writes the names of the partners to assistances and their history, as many as there is room for."""
    names = dict(apps.get_model("activities", "Partner").objects.values_list("pk", "name"))
    model, history = apps.get_model("assistance", "Assistance"), apps.get_model("assistance", "HistoricalAssistance")
    of_activities.write_texts(model, model.partners.through, "assistance", names)
    kept = apps.get_model("assistance", "HistoricalAssistance_partners")
    of_activities.write_texts(history, kept, "history", names)
    check_links_now(schema_editor)


def check_links_now(schema_editor):
    """Has PostgreSQL check the rows written, before which it alters none of their tables."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in row_policies.policies(row_policies.OPEN_GOODS):
            schema_editor.execute(statement)


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in row_policies.without_policies(row_policies.OPEN_GOODS):
            schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('activities', '0024_forget_partner_texts'),
        ('assistance', '0021_scholarship_steps'),
        ('members', '0026_served_ends'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameField("assistance", "partners", "partners_text"),
        migrations.RenameField("historicalassistance", "partners", "partners_text"),
        migrations.CreateModel(
            name='AssistanceReceipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('received_on', models.DateField(verbose_name='签收日期')),
                ('receiver', models.CharField(choices=[('youth', '本人'), ('guardian', '监护人'), ('proxy', '代领人')], max_length=20, verbose_name='签收人')),
                ('receiver_name', yl_district.privacy.encryption.EncryptedCharField(blank=True, label='assistance_assistancereceipt.receiver_name', max_length=30, verbose_name='签收人姓名')),
                ('note', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_assistancereceipt.note', verbose_name='备注')),
            ],
            options={
                'verbose_name': '领取签收',
                'ordering': ['received_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalAssistance_partners',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('m2m_history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
            ],
            options={
                'verbose_name': 'HistoricalAssistance_partners',
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalAssistanceReceipt',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('seal', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('received_on', models.DateField(verbose_name='签收日期')),
                ('receiver', models.CharField(choices=[('youth', '本人'), ('guardian', '监护人'), ('proxy', '代领人')], max_length=20, verbose_name='签收人')),
                ('receiver_name', yl_district.privacy.encryption.EncryptedCharField(blank=True, label='assistance_assistancereceipt.receiver_name', max_length=30, verbose_name='签收人姓名')),
                ('note', yl_district.privacy.encryption.EncryptedTextField(blank=True, label='assistance_assistancereceipt.note', verbose_name='备注')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical 领取签收',
                'verbose_name_plural': 'historical 领取签收s',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name='assistance',
            name='goods',
            field=models.CharField(blank=True, max_length=60, verbose_name='物资'),
        ),
        migrations.AddField(
            model_name='assistance',
            name='quantity',
            field=models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='每人数量'),
        ),
        migrations.AddField(
            model_name='assistance',
            name='unit',
            field=models.CharField(blank=True, max_length=10, verbose_name='单位'),
        ),
        migrations.AddField(
            model_name='historicalassistance',
            name='goods',
            field=models.CharField(blank=True, max_length=60, verbose_name='物资'),
        ),
        migrations.AddField(
            model_name='historicalassistance',
            name='quantity',
            field=models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='每人数量'),
        ),
        migrations.AddField(
            model_name='historicalassistance',
            name='unit',
            field=models.CharField(blank=True, max_length=10, verbose_name='单位'),
        ),
        migrations.AddConstraint(
            model_name='assistance',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__isnull', True), models.Q(('quantity__gte', 1), models.Q(('goods', ''), _negated=True)), _connector='OR'), name='assistance_goods_in_number', violation_error_message='每人数量不小于 1，并写明物资。'),
        ),
        migrations.AddField(
            model_name='assistancereceipt',
            name='assistance',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='assistance.assistance', verbose_name='帮扶记录'),
        ),
        migrations.AddField(
            model_name='assistancereceipt',
            name='youth',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='assistance.assistedyouth', verbose_name='帮扶对象'),
        ),
        migrations.AddField(
            model_name='historicalassistance_partners',
            name='assistance',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.assistance'),
        ),
        migrations.AddField(
            model_name='historicalassistance_partners',
            name='history',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='assistance.historicalassistance'),
        ),
        migrations.AddField(
            model_name='historicalassistance_partners',
            name='partner',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='activities.partner'),
        ),
        migrations.AddField(
            model_name='historicalassistancereceipt',
            name='assistance',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.assistance', verbose_name='帮扶记录'),
        ),
        migrations.AddField(
            model_name='historicalassistancereceipt',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='historicalassistancereceipt',
            name='youth',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='assistance.assistedyouth', verbose_name='帮扶对象'),
        ),
        migrations.AddField(
            model_name='assistance',
            name='partners',
            field=models.ManyToManyField(blank=True, related_name='assistances', to='activities.partner', verbose_name='协办单位'),
        ),
        migrations.AddConstraint(
            model_name='assistancereceipt',
            constraint=models.UniqueConstraint(fields=('assistance', 'youth'), name='assistance_received_once', violation_error_message='该帮扶对象已签收这次帮扶。'),
        ),
        migrations.RunPython(register, write_names),
        migrations.RemoveField("assistance", "partners_text"),
        migrations.RemoveField("historicalassistance", "partners_text"),
        # Last, when no more rows wait to be checked.
        migrations.RunPython(protect, unprotect, elidable=False),
    ]
