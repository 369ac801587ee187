"""The company's own CSV files: columns, dialects, and rejected rows."""

from datetime import date

import pytest

from orchestration.connectors.base import RejectedRecord, Row
from orchestration.connectors.company_files import Config, slices
from orchestration.connectors.company_files.file_specs import FILES
from orchestration.contracts import source_contract
from orchestration.errors import SourceError
from orchestration.partition import DailyPartition

PARTITION = DailyPartition.of(date(2026, 11, 15))
PEOPLE = "person_hr_id,work_email,role_family,start_date\n"


def items(folder, **files):
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name}.csv").write_bytes(data)
    return [item for slice_ in slices(Config(folder=folder), PARTITION, {}) for item in slice_.items()]


def rows(found):
    return [dict(item.record) for item in found if isinstance(item, Row)]


def rejected(found):
    return [item.reason for item in found if isinstance(item, RejectedRecord)]


def test_every_declared_stream_is_a_file():
    assert {file.stream for file in FILES} == set(source_contract("company_files").streams)


def test_a_cell_is_checked_by_the_type_and_the_format_of_its_column():
    kinds = {file.stream: file.columns for file in FILES}
    assert kinds["team_memberships"]["allocation_pct"] == "percent"
    assert kinds["costs"] == {"period_month": "month", "cost_center": "text", "category": "text",
                              "currency": "currency", "amount": "number"}  # fmt: skip
    assert (kinds["identities"]["system"], kinds["service_ids"]["system"]) == ("system", "text")
    assert kinds["revenue"]["restated_at"] == "instant"


def test_ids_of_services_are_rows_of_their_own_file(tmp_path):
    found = rows(items(tmp_path, service_ids="service_id,system,external_id\napp,sentry,web\napp,pagerduty,P1\n"))
    assert [(row["system"], row["external_id"]) for row in found] == [("sentry", "web"), ("pagerduty", "P1")]


def test_ids_in_columns_of_the_catalogue_become_such_rows(tmp_path):
    header = "service_id,owner_team_id,pagerduty_service_id,sentry_project\n"
    found = items(tmp_path, service_catalog=f"{header}app,a,P1,web\napp,a,P2,web\nshop,a,,\n")
    assert rejected(found) == []
    ids = [tuple(row.values()) for row in rows(found) if "external_id" in row]
    assert ids == [("app", "pagerduty", "P1"), ("app", "sentry", "web"), ("app", "pagerduty", "P2")]
    assert [row["service_id"] for row in rows(found) if "owner_team_id" in row] == ["app", "shop"]


def test_a_service_that_stands_twice_without_a_further_id_is_rejected(tmp_path):
    found = items(tmp_path, service_catalog="service_id,owner_team_id\napp,a\napp,b\n")
    assert rejected(found) == ["repeats line 2 (service_id, repo_full_name, path_prefix)"]


def test_a_missing_file_is_a_stream_that_is_not_covered(tmp_path):
    (tmp_path / "hr_people.csv").write_text(PEOPLE)
    assert [slice_.streams for slice_ in slices(Config(folder=tmp_path), PARTITION, {})] == [("people",)]


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="is not a folder"):
        list(slices(Config(folder=tmp_path / "missing"), PARTITION, {}))


def test_two_files_for_one_stream_are_an_error(tmp_path):
    (tmp_path / "hr_people.csv").write_text(PEOPLE)
    (tmp_path / "people.csv").write_text(PEOPLE)
    with pytest.raises(SourceError, match=r"hr_people\.csv and people.csv both hold people"):
        list(slices(Config(folder=tmp_path), PARTITION, {}))


def test_columns_that_are_not_declared_are_never_read(tmp_path):
    text = "person_hr_id,display_name,start_date,level,kind\nH1,Ada Lovelace,2026-01-01,L5,sick\n"
    assert rows(items(tmp_path, hr_people=text)) == [{"person_hr_id": "H1", "start_date": "2026-01-01"}]


def test_a_pointer_names_file_and_line_and_no_person(tmp_path):
    found = items(tmp_path, hr_people=PEOPLE + "H1,ada@acme.example,developer,2026-01-01\n")
    assert found[0].pointer.startswith("hr_people.csv@")
    assert found[0].pointer.endswith(":2")
    assert "ada" not in found[0].pointer


def test_empty_cells_are_unknown(tmp_path):
    assert rows(items(tmp_path, hr_people=PEOPLE + "H1,,,2026-01-01\n"))[0]["work_email"] is None


@pytest.mark.parametrize(
    "text",
    [
        "person_hr_id,start_date,role_family\r\nH1,2026-01-01,qa\r\n",
        "person_hr_id;start_date;role_family\nH1;2026-01-01;qa\n",
        "person_hr_id\tstart_date\trole_family\nH1\t2026-01-01\tqa\n",
        "sep=|\nperson_hr_id|start_date|role_family\nH1|2026-01-01|qa\n",
        "\ufeffPerson HR ID , Start-Date,ROLE_FAMILY\nH1, 2026-01-01 ,qa",
        '"person_hr_id","start_date","role_family"\n="H1","2026-01-01",qa\n\n,,\n',
        "person_hr_id,start_date,role_family\nH1,2026-01-01 00:00:00,qa\n",
    ],
    ids=["crlf", "semicolon", "tab", "sep line", "bom and spelling", "kept text and empty lines", "midnight"],
)
def test_a_file_reads_the_same_however_a_spreadsheet_wrote_it(tmp_path, text):
    expected = [{"person_hr_id": "H1", "start_date": "2026-01-01", "role_family": "qa"}]
    assert rows(items(tmp_path, hr_people=text)) == expected


def test_unicode_text_of_a_spreadsheet_is_read(tmp_path):
    text = "person_hr_id\tstart_date\nH1\t2026-01-01\n".encode("utf-16")
    assert rows(items(tmp_path, hr_people=text))[0]["person_hr_id"] == "H1"


def test_a_quoted_line_break_keeps_the_line_numbers_right(tmp_path):
    text = 'team_id,team_name,valid_from\na,"Alpha\nand more",2026-01-01\nb,Beta,soon\n'
    found = items(tmp_path, org_teams=text)
    assert rows(found)[0]["team_name"] == "Alpha\nand more"
    assert found[1].pointer.endswith(":4")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("H1,ada@acme.example,developer,31.12.2026", "start_date is not a day written YYYY-MM-DD"),
        ("H1,ada@acme.example,developer,2026-02-30", "start_date is not a day written YYYY-MM-DD"),
        ("H1,ada@acme.example,developer,20260101", "start_date is not a day written YYYY-MM-DD"),
        ("H1,ada@acme.example,developer,46023", "start_date is not a day written YYYY-MM-DD"),
        ("H1,ada@acme.example,developer,", "start_date is empty"),
        ('H1,"=HYPERLINK(""x"")",developer,2026-01-01', "work_email holds a formula, not its value"),
        ("H1,@SUM(A1),developer,2026-01-01", "work_email holds a formula, not its value"),
        ("H1,+cmd|' /C calc'!A0,developer,2026-01-01", "work_email holds a formula, not its value"),
        ("H1,#N/A,developer,2026-01-01", "work_email holds a spreadsheet error"),
        ("#REF!,ada@acme.example,developer,2026-01-01", "person_hr_id holds a spreadsheet error"),
        ("H1,ada@acme.example,developer", "the row has 3 fields, the header 4"),
        ("H1,ada@acme.example,developer,2026-01-01,more", "the row has 5 fields, the header 4"),
        ('H1,"ada"@acme.example,developer,2026-01-01', "the quotes of the row do not match"),
    ],
)
def test_an_invalid_row_is_rejected_alone_with_its_line(tmp_path, row, reason):
    found = items(tmp_path, hr_people=f"{PEOPLE}{row}\nH2,bo@acme.example,developer,2026-01-01\n")
    assert rejected(found) == [reason]
    assert found[0].pointer.endswith(":2")
    assert [record["person_hr_id"] for record in rows(found)] == ["H2"]


def test_a_reason_never_holds_the_content_of_the_cell(tmp_path):
    found = items(tmp_path, hr_people=PEOPLE + "H1,ada@acme.example,developer,yesterday\n")
    assert "yesterday" not in rejected(found)[0]


def test_another_encoding_rejects_only_rows_whose_read_columns_hold_it(tmp_path):
    text = "person_hr_id,display_name,role_family,start_date\nH1,M\xfcller,qa,2026-01-01\nH2,B,M\xfcll,2026-01-01\n"
    found = items(tmp_path, hr_people=text.encode("latin-1"))
    assert [record["person_hr_id"] for record in rows(found)] == ["H1"]
    assert rejected(found) == ["role_family is not UTF-8"]


def test_a_repeated_key_keeps_the_first_line(tmp_path):
    text = "H1,ada@acme.example,developer,2026-01-01\n"
    found = items(tmp_path, hr_people=PEOPLE + text + text + "H1,other@acme.example,developer,2026-01-01\n")
    assert [record["work_email"] for record in rows(found)] == ["ada@acme.example"]
    assert rejected(found) == ["repeats line 2 (person_hr_id, start_date)"] * 2


def test_somebody_who_came_back_has_two_rows(tmp_path):
    text = PEOPLE + "H1,,developer,2020-01-01\nH1,,developer,2026-01-01\n"
    assert len(rows(items(tmp_path, hr_people=text))) == 2


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("hr_people", "person_hr_id,start_date,end_date\nH1,2026-02-01,2026-01-31\n", "end_date is before start_date"),
        (
            "hr_team_membership",
            "person_hr_id,team_id,valid_from,valid_to\nH1,a,2026-02-01,2026-02-01\n",
            "valid_to is not after valid_from",
        ),
        (
            "hr_absence",
            "person_hr_id,date_from,date_to\nH1,2026-02-02,2026-02-01\n",
            "date_to is before date_from",
        ),
        (
            "hr_team_membership",
            "person_hr_id,team_id,valid_from,allocation_pct\nH1,a,2026-02-01,130\n",
            "allocation_pct is not a percentage above 0 and up to 100",
        ),
        (
            "finance_cost",
            "period_month,cost_center,currency,amount\n2026-11-15,CC1,EUR,1\n",
            "period_month is not a month written YYYY-MM-01",
        ),
        (
            "finance_cost",
            "period_month,cost_center,currency,amount\n2026-11-01,CC1,EUR,1.234.567\n",
            "amount is not a number written 1234.56",
        ),
        (
            "finance_cost",
            "period_month,cost_center,currency,amount\n2026-11-01,CC1,Euro,1\n",
            "currency is not an ISO 4217 code such as EUR",
        ),
    ],
)
def test_a_value_that_breaks_the_rule_of_its_column_is_rejected(tmp_path, name, text, reason):
    assert rejected(items(tmp_path, **{name: text})) == [reason]


def test_an_unknown_system_is_rejected_and_the_known_ones_named(tmp_path):
    found = items(tmp_path, identity_map="person_hr_id,system,external_id\nH1,GitHub,ada\nH1,githob,ada\n")
    assert rows(found)[0]["system"] == "github"
    assert "git_email, github" in rejected(found)[0]


def test_negative_amounts_and_decimal_commas_are_numbers(tmp_path):
    text = "period_month;cost_center;category;currency;amount\n2026-11;CC1;cloud;eur;-12,50\n"
    record = rows(items(tmp_path, finance_cost=text))[0]
    assert (record["amount"], record["currency"], record["period_month"]) == ("-12.50", "EUR", "2026-11-01")


def test_a_missing_required_column_names_the_file_and_the_nearest_column(tmp_path):
    with pytest.raises(SourceError, match=r"hr_people\.csv: .*'person_hr_id' is missing .*nearest .* 'person_id'"):
        items(tmp_path, hr_people="person_id,start_date\nH1,2026-01-01\n")


def test_a_missing_column_that_no_column_resembles_is_to_be_added(tmp_path):
    with pytest.raises(SourceError, match="no column resembles it; add it"):
        items(tmp_path, holidays="country\nDE\n")


def test_a_doubled_column_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="the header has start_date twice"):
        items(tmp_path, hr_people="person_hr_id,start_date,start date\nH1,2026-01-01,2026-01-02\n")


def test_a_misspelled_optional_column_is_warned_about(tmp_path, caplog):
    items(tmp_path, hr_people="person_hr_id,start_date,role_famliy\nH1,2026-01-01,qa\n")
    assert "the column 'role_family' is missing; 'role_famliy' resembles it" in caplog.text


def test_nothing_of_a_file_with_an_open_quote_is_landed(tmp_path):
    with pytest.raises(SourceError, match="the quote opened on line 2 never closes"):
        items(tmp_path, org_teams='team_id,team_name,valid_from\na,"Alpha,2026-01-01\nb,Beta,2026-01-01\n')


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n"])
def test_an_empty_file_is_an_error(tmp_path, content):
    with pytest.raises(SourceError, match="without even a header"):
        items(tmp_path, hr_people=content)


def test_a_header_alone_is_an_empty_stream(tmp_path):
    assert items(tmp_path, hr_absence="person_hr_id,date_from,date_to\n") == []
