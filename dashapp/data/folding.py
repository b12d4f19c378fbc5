"""Letters as people type them when they search: without marks, in lower case, whatever the database's own rules are.

What stands here never changes its meaning: a migration has made a column of it. A later one that needs more letters
brings its own.
"""

from typing import Final

_MARKED: Final = (
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥ"
    "ĦħĨĩĪīĬĭĮįİıĲĳĴĵĶķĹĺĻļĽľĿŀŁłŃńŅņŇňŊŋŌōŎŏŐőŒœŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžſǍǎǏǐǑǒǓǔǕǖǗǘǙǚ"
    "ǛǜǸǹǺǻȀȁȂȃȄȅȆȇȈȉȊȋȌȍȎȏȐȑȒȓȔȕȖȗȘșȚțḀḁḂḃḄḅḆḇḈḉḊḋḌḍḎḏḐḑḒḓḔḕḖḗḘḙḚḛḜḝḞḟḠḡḢḣḤḥḦḧḨḩḪḫḬḭḮḯḰḱḲḳḴḵḶḷḸḹḺḻḼḽḾḿṀṁ"
    "ṂṃṄṅṆṇṈṉṊṋṌṍṎṏṐṑṒṓṔṕṖṗṘṙṚṛṜṝṞṟṠṡṢṣṤṥṦṧṨṩṪṫṬṭṮṯṰṱṲṳṴṵṶṷṸṹṺṻṼṽṾṿẀẁẂẃẄẅẆẇẈẉẊẋẌẍẎẏẐẑẒẓẔẕẖẗẘẙẚẛẠạẢảẤấẦầẨẩ"
    "ẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂểỄễỆệỈỉỊịỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲỳỴỵỶỷỸỹΆΈΉΊΌΎΏΐΑΒΓΔΕΖΗΘΙΚΛΜ"
    "ΝΞΟΠΡΣΤΥΦΧΨΩΪάέήίΰϊϋόύώЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯѐёѓїќѝўς"
)
_PLAIN: Final = (
    "aaaaaaaceeeeiiiidnoooooouuuuytsaaaaaaaceeeeiiiidnoooooouuuuytyaaaaaaccccccccddddeeeeeeeeeegggggggghh"
    "hhiiiiiiiiiiiijjkkllllllllllnnnnnnnnoooooooorrrrrrssssssssttttuuuuuuuuuuuuwwyyyzzzzzzsaaiioouuuuuuuu"
    "uunnaaaaaaeeeeiiiioooorrrruuuussttaabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmm"
    "mmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyasaaaaaaaaaa"
    "aaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyαεηιουωιαβγδεζηθικλμ"
    "νξοπρστυφχψωιαεηιυιυουωееђгєѕііјљњћкиуџабвгдежзийклмнопрстуфхцчшщъыьэюяеегікиуσ"
)
_FOLD: Final = str.maketrans(_MARKED, _PLAIN)


def folded(text: str) -> str:
    """The text in lower case, letters of the European alphabets without their marks."""
    return text.translate(_FOLD).lower()


def folded_sql(expression: str) -> str:
    """The same as SQL over a text that is not null. Plain letters cost no walk through the table above."""
    return (
        f"CASE WHEN octet_length({expression}) = char_length({expression}) THEN lower({expression})"
        f" ELSE lower(translate({expression}, '{_MARKED}', '{_PLAIN}')) END"
    )


NAMES_SQL: Final = folded_sql(
    "coalesce(family_name, '') || ' ' || coalesce(given_name, '') || ' ' || coalesce(email, '')"
)
"""The column `people.folded`: the family name comes first, so that it is the order of lists, too."""
