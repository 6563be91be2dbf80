from __future__ import annotations

from qztopics.text.districts import districts

PLACES = (
    ("海湾市", ""), ("东湾区", "海湾市"), ("东湾新区", "海湾市"), ("石井镇", "东湾区"), ("岭下村", "石井镇"), ("外岛", ""),
)  # fmt: skip


def test_a_district_lies_right_below_the_outermost_place() -> None:
    found = districts(PLACES)
    assert found.names == ("东湾区", "东湾新区", "外岛")
    assert found.of == {
        "东湾区": "东湾区",
        "东湾新区": "东湾新区",
        "石井镇": "东湾区",
        "岭下村": "东湾区",
        "外岛": "外岛",
    }


def test_what_lies_inside_counts_for_its_district_and_each_district_once() -> None:
    found = districts(PLACES)
    assert found.named("岭下村修路，石井镇出钱，外岛与东湾区出力") == ("东湾区", "外岛")
    assert found.named("海湾市召开会议") == ()
    assert found.named("") == ()


def test_the_longer_name_wins() -> None:
    assert districts((("市", ""), ("湾区", "市"), ("东湾区", "市"))).named("东湾区开会") == ("东湾区",)


def test_a_flat_gazetteer_and_none() -> None:
    assert districts((("甲县", ""), ("乙县", ""))).named("乙县、甲县") == ("乙县", "甲县")
    assert districts(()).named("甲县") == ()


def test_names_are_no_patterns() -> None:
    assert districts((("c++镇", ""),)).named("c++镇与cc镇") == ("c++镇",)


def test_a_place_inside_itself_and_a_circle_come_to_an_end() -> None:
    assert districts((("甲县", "甲县"), ("乙镇", "甲县"))).of == {"乙镇": "乙镇"}
    assert set(districts((("甲", "乙"), ("乙", "甲"))).of) == {"甲", "乙"}
