from django.urls import path, re_path

from yl_district.importing import act_views as import_act_views
from yl_district.importing import memory_views as import_memory_views
from yl_district.importing import views as import_views

from . import getting_started
from .assessment import item_views
from .assessment import views as assessment_views
from .checks import case_progress_views
from .checks import views as check_views
from .documents import section_views, writing_views
from .documents import views as report_views
from .editions import comment_views, return_views, seal_views
from .editions import views as edition_views
from .figures import views as figure_views
from .ledger import full_exports
from .ledger import views as ledger_views
from .material import views as material_views
from .platforms import layout_views, reconciliation_views
from .platforms import views as platform_views
from .printing import poster_views, word_layout_views
from .printing import views as summary_views
from .search import views as search_views
from .targets import views as target_views
from .workbench import views as workbench_views
from .year_opening import views as year_opening_views

record_patterns = [
    path("targets/", target_views.target_list, name="target_list"),
    path("targets/export/", target_views.target_export, name="target_export"),
    path("targets/create/", target_views.target_create, name="target_create"),
    path("targets/<int:pk>/", target_views.target_detail, name="target_detail"),
    path("targets/<int:pk>/update/", target_views.target_update, name="target_update"),
    path("targets/<int:pk>/delete/", target_views.target_delete, name="target_delete"),
    path("platform-entries/", platform_views.platform_entry_list, name="platform_entry_list"),
    path("platform-entries/export/", platform_views.platform_entry_export, name="platform_entry_export"),
    path("platform-entries/create/", platform_views.platform_entry_create, name="platform_entry_create"),
    path("platform-entries/<int:pk>/update/", platform_views.platform_entry_update, name="platform_entry_update"),
    path("platform-entries/<int:pk>/delete/", platform_views.platform_entry_delete, name="platform_entry_delete"),
]

platform_patterns = [
    path("platforms/", layout_views.platform_layout_list, name="platform_layout_list"),
    path("platforms/create/", layout_views.platform_layout_create, name="platform_layout_create"),
    path("platforms/<int:pk>/", layout_views.platform_layout_detail, name="platform_layout_detail"),
    path("platforms/<int:pk>/update/", layout_views.platform_layout_update, name="platform_layout_update"),
    path("platforms/<int:pk>/delete/", layout_views.platform_layout_delete, name="platform_layout_delete"),
    path(
        "exports/full/platforms/<int:pk>/",
        layout_views.platform_records_full_export,
        name="platform_records_full_export",
    ),
    path("platform-batches/<int:pk>/enter/", layout_views.platform_batch_enter, name="platform_batch_enter"),
    path("platform-batches/<int:pk>/undo/", layout_views.platform_batch_undo, name="platform_batch_undo"),
    path(
        "platforms/<int:platform_layout_pk>/reconciliations/create/",
        reconciliation_views.reconciliation_create,
        name="reconciliation_create",
    ),
    path("reconciliations/<int:pk>/", reconciliation_views.reconciliation_detail, name="reconciliation_detail"),
]

assessment_patterns = [
    path("assessments/", assessment_views.assessment_list, name="assessment_list"),
    path("assessments/export/", assessment_views.assessment_export, name="assessment_export"),
    path("assessments/create/", assessment_views.assessment_create, name="assessment_create"),
    path("assessments/<int:pk>/", assessment_views.assessment_detail, name="assessment_detail"),
    path("assessments/<int:pk>/copy/", assessment_views.assessment_copy, name="assessment_copy"),
    path("assessments/<int:pk>/update/", assessment_views.assessment_update, name="assessment_update"),
    path("assessments/<int:pk>/delete/", assessment_views.assessment_delete, name="assessment_delete"),
    path("assessments/<int:pk>/submit/", assessment_views.assessment_submit, name="assessment_submit"),
    path("assessments/<int:pk>/return/", assessment_views.assessment_return, name="assessment_return"),
    path("assessments/<int:pk>/review/", assessment_views.assessment_review, name="assessment_review"),
    path("assessments/<int:pk>/conclude/", assessment_views.assessment_conclude, name="assessment_conclude"),
    path(
        "assessments/<int:assessment_pk>/items/create/",
        item_views.assessment_item_create,
        name="assessment_item_create",
    ),
    path("assessment-items/<int:pk>/", item_views.assessment_item_detail, name="assessment_item_detail"),
    path("assessment-items/<int:pk>/update/", item_views.assessment_item_update, name="assessment_item_update"),
    path("assessment-items/<int:pk>/end/", item_views.assessment_item_end, name="assessment_item_end"),
    path("assessment-items/<int:pk>/delete/", item_views.assessment_item_delete, name="assessment_item_delete"),
    path("assessment-items/<int:pk>/rate/", item_views.assessment_item_rate, name="assessment_item_rate"),
    path("assessment-items/<int:pk>/review/", item_views.assessment_item_review, name="assessment_item_review"),
]

import_patterns = [
    path("imports/", import_views.import_batch_list, name="import_batch_list"),
    path("imports/new/", import_views.import_batch_create, name="import_batch_create"),
    path("imports/memory/", import_memory_views.import_memory_list, name="import_memory_list"),
    path("imports/<int:pk>/", import_views.import_batch_detail, name="import_batch_detail"),
    path("imports/<int:pk>/mapping/", import_views.import_batch_update, name="import_batch_update"),
    path("imports/<int:pk>/wrong-rows/", import_views.import_batch_wrong_rows, name="import_batch_wrong_rows"),
    path(
        "imports/<int:pk>/rows/<int:number>/<int:place>/", import_act_views.import_batch_mend, name="import_batch_mend"
    ),
    path("imports/<int:pk>/answer/", import_act_views.import_batch_answer, name="import_batch_answer"),
    path("imports/<int:pk>/decide/", import_act_views.import_batch_decide, name="import_batch_decide"),
    path("imports/<int:pk>/alias/", import_act_views.import_batch_alias, name="import_batch_alias"),
    path("imports/<int:pk>/spellings/", import_act_views.import_batch_spellings, name="import_batch_spellings"),
    path("imports/<int:pk>/check/", import_act_views.import_batch_check, name="import_batch_check"),
    path("imports/<int:pk>/commit/", import_act_views.import_batch_commit, name="import_batch_commit"),
    path("imports/<int:pk>/undo/", import_act_views.import_batch_undo, name="import_batch_undo"),
    path("imports/<int:pk>/delete/", import_act_views.import_batch_delete, name="import_batch_delete"),
]

report_patterns = [
    path("reports/", report_views.report_list, name="report_list"),
    path("reports/create/", report_views.report_create, name="report_create"),
    path("reports/<int:pk>/", report_views.report_detail, name="report_detail"),
    path("reports/<int:pk>/delete/", report_views.report_delete, name="report_delete"),
    path("reports/<int:pk>/write/", writing_views.report_write, name="report_write"),
    path("reports/<int:pk>/write/text/", writing_views.report_text, name="report_text"),
    path("reports/<int:pk>/write/number/", writing_views.report_number, name="report_number"),
    path("reports/<int:pk>/write/material/", material_views.report_material, name="report_material"),
    path("reports/<int:pk>/write/variant/", writing_views.report_variant, name="report_variant"),
    path("reports/<int:report_pk>/sections/create/", section_views.section_create, name="section_create"),
    path("reports/<int:report_pk>/sections/preview/", section_views.section_preview, name="section_preview"),
    path("sections/<int:pk>/update/", section_views.section_update, name="section_update"),
    path("sections/<int:pk>/delete/", section_views.section_delete, name="section_delete"),
    path("sections/<int:pk>/move/", section_views.section_move, name="section_move"),
]

edition_patterns = [
    path("reports/<int:pk>/sign/", edition_views.report_sign, name="report_sign"),
    path("editions/verify/", seal_views.editions_verify, name="editions_verify"),
    path("editions/<int:pk>/", edition_views.edition_detail, name="edition_detail"),
    path("editions/<int:pk>/figures/<str:key>/", edition_views.edition_figure, name="edition_figure"),
    path("editions/<int:pk>/files/<str:kind>/", edition_views.edition_export, name="edition_export"),
    path("editions/<int:edition_pk>/comments/<int:place>/", comment_views.comment_create, name="comment_create"),
    path("comments/", comment_views.comment_list, name="comment_list"),
    path("comments/<int:pk>/", comment_views.comment_detail, name="comment_detail"),
    path("comments/<int:pk>/answer/", comment_views.comment_answer, name="comment_answer"),
    path("comments/<int:pk>/again/", comment_views.comment_ask_again, name="comment_ask_again"),
    path("comments/<int:pk>/accept/", comment_views.comment_accept, name="comment_accept"),
    path("returns/", return_views.return_list, name="return_list"),
]

word_layout_patterns = [
    path("word-layouts/", word_layout_views.word_layout_list, name="word_layout_list"),
    path("word-layouts/create/", word_layout_views.word_layout_create, name="word_layout_create"),
    path("word-layouts/built-in/", word_layout_views.word_layout_template, name="word_layout_template"),
    path("word-layouts/<int:pk>/file/", word_layout_views.word_layout_download, name="word_layout_download"),
    path("word-layouts/<int:pk>/delete/", word_layout_views.word_layout_delete, name="word_layout_delete"),
]

urlpatterns = [
    *report_patterns,
    *word_layout_patterns,
    *edition_patterns,
    *import_patterns,
    *record_patterns,
    *platform_patterns,
    *assessment_patterns,
    *full_exports.urlpatterns,
    path("", workbench_views.home, name="home"),
    path("reminders/", workbench_views.reminders, name="reminders"),
    path("years/<int:year>/opening/", year_opening_views.year_opening, name="year_opening"),
    path("search/", search_views.search_page, name="search"),
    path("getting-started/", getting_started.getting_started, name="getting_started"),
    path("getting-started/skip/", getting_started.getting_started_skip, name="getting_started_skip"),
    path("figures/", figure_views.figure_list, name="figure_list"),
    path("figures/<str:key>/", figure_views.figure_detail, name="figure_detail"),
    path("checks/", check_views.finding_list, name="finding_list"),
    path("checks/explanations/create/", check_views.explanation_create, name="explanation_create"),
    path("checks/explanations/<int:pk>/update/", check_views.explanation_update, name="explanation_update"),
    path("assisted-youths/progress/", case_progress_views.case_progress, name="case_progress"),
    path("comparison/", check_views.comparison, name="comparison"),
    path("figures/<str:key>/export/", figure_views.figure_export, name="figure_export"),
    path("summary/", summary_views.summary_detail, name="summary_detail"),
    path("summary/poster/", poster_views.summary_poster, name="summary_poster"),
    path("summary/poster/pdf/", poster_views.summary_poster_export, name="summary_poster_export"),
    re_path(r"^summary/(?P<kind>docx|pdf|xlsx|internal|json)/$", summary_views.summary_export, name="summary_export"),
    path("ledger/", ledger_views.ledger, name="ledger"),
    path("ledger/template/", ledger_views.ledger_template, name="ledger_template"),
    path("ledger/export/", ledger_views.ledger_export, name="ledger_export"),
    path("ledger/export/full/", ledger_views.ledger_full_export, name="ledger_full_export"),
]
