"""What never changes on a page goes out as HTML; everything that a callback may touch stays a component."""

from typing import Any

from dash import dcc, html

from dashapp.components.attributes import attributes
from dashapp.web.still import Still, names_of, stilled


def nobody(_name: str) -> bool:
    return False


def as_sent(layout: Any) -> Any:
    return layout.to_plotly_json()


def test_a_piece_without_anything_that_changes_becomes_one_element_with_its_attributes() -> None:
    menu = html.Details(
        [html.Summary("Menu"), html.Button("Table", type="button", **attributes(data_la_table="days"))],
        className="la-menu",
    )

    sent = as_sent(stilled(menu, nobody))

    assert (sent["type"], sent["namespace"]) == ("Still", "la_still")
    assert sent["props"] == {
        "tag": "details",
        "given": {"className": "la-menu"},
        "markup": '<summary>Menu</summary><button type="button" data-la-table="days">Table</button>',
    }


def test_texts_and_attributes_are_escaped() -> None:
    piece = html.Div([html.B("<script>alert(1)</script> & more", title='"><img onerror=x>')])

    markup = as_sent(stilled(piece, nobody))["props"]["markup"]

    assert markup == ('<b title="&quot;&gt;&lt;img onerror=x&gt;">&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</b>')


def test_styles_flags_and_breaks_are_written_as_html_has_them() -> None:
    bar = html.I(style={"--v": "40%", "blockSize": "3px"}, hidden=True)
    piece = html.Div([bar, html.Br(), html.Span(None), html.Span(["a", 1], hidden=False)])

    markup = as_sent(stilled(piece, nobody))["props"]["markup"]

    assert markup == '<i hidden="" style="--v:40%;block-size:3px"></i><br><span></span><span>a1</span>'


def test_what_a_callback_may_fill_stays_a_component_and_so_does_all_around_it() -> None:
    line, title = html.P(id="days-line"), html.H2([html.B("Days")], id="days-title")
    card = stilled(html.Article([title, line]), nobody)

    assert isinstance(card, html.Article)
    assert isinstance(card.children[0], Still)
    assert card.children[1] is line


def test_an_id_that_a_callback_names_is_left_alone_whatever_it_ends_with() -> None:
    title = html.H1([html.B("…")], id="classroom-title")

    assert stilled(html.Div([title]), {"classroom-title"}.__contains__).children == [title]


def test_components_of_other_libraries_and_ids_of_patterns_are_left_alone() -> None:
    store, foot = dcc.Store(id="kept"), html.Footer([html.Span("x")], id={"type": "asof"})

    assert stilled(html.Div([store, foot]), nobody).children[0] is store
    assert isinstance(stilled(html.Div([foot]), nobody).children[0], html.Footer)


def test_an_element_that_html_would_close_before_another_is_left_to_react() -> None:
    wrong = html.Div([html.P([html.Div("a block in a paragraph")])])

    assert isinstance(stilled(wrong, nobody), html.Div)


def test_a_word_alone_is_no_smaller_as_html() -> None:
    word = html.B("Days")

    assert stilled(word, nobody) is word


def test_ids_are_read_from_outputs_of_one_and_of_several_from_inputs_and_from_states() -> None:
    dependencies: list[dict[str, Any]] = [
        {"output": "..a.children...b.c.value..", "inputs": [{"id": "d"}], "state": [{"id": "e"}]},
        {"output": "f.data", "inputs": [], "state": []},
    ]

    assert names_of(dependencies) == {"a", "b.c", "d", "e", "f"}
