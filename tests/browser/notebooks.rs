//! What a notebook holds besides text: formulas, tables, marks on marks.

use serde_json::{Value, json};

use crate::{driver::Browser, harness::Server, viewer::look};

fn notebook(content: Value) -> Server {
    let seed = json!({
        "users": [{"ref": "u", "email": "u@example.com"}],
        "organizations": [{"ref": "o", "name": "O", "members": [["u", "owner"]]}],
        "projects": [{"ref": "p", "org": "o", "name": "Notes", "id": 1}],
        "notebooks": [{"ref": "n", "project": "p", "title": "Notes", "content": {"type": "doc", "content": content}}],
        "sharing_configurations": [{"ref": "s", "project": "p", "notebook": "n", "access_token": "notes"}],
    });
    Server::seeded(&seed, &[])
}

#[test]
fn formulas_are_rendered_and_the_source_is_shown_of_those_that_cannot_be() {
    let formula = |source: &str| json!({"type": "ph-latex", "attrs": {"content": source}});
    let bomb = "\\def\\a{\\b\\b}\\def\\b{\\c\\c}\\def\\c{\\d\\d}\\def\\d{\\e\\e}\\def\\e{\\f\\f}\\def\\f{\\g\\g}\\def\\g{\\h\\h}\\def\\h{\\i\\i}\\def\\i{\\j\\j}\\def\\j{\\k\\k}\\def\\k{xx}\\a";
    let server = notebook(json!([
        formula("\\int_0^1 \\frac{x^2}{f'(x)} \\, dx = \\mathscr{L} \\text{ if } \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix} > 0"),
        formula("\\frac{broken"),
        formula("\\href{javascript:alert(1)}{x}"),
        formula("\\rule{9000em}{9000em}"),
        formula(bomb),
        formula(&"{".repeat(3000)),
        formula(&"x".repeat(6000)),
        {"type": "ph-markdown-notebook", "attrs": {"nodeId": "m", "markdown": "<Latex content=\"e=mc^2\" />"}},
    ]));
    let browser = Browser::start();
    browser.open(&format!("{}/shared/notes", server.url));
    browser.wait_for("while (document.querySelectorAll('.latex math').length < 2) await new Promise((done) => setTimeout(done, 20));");
    browser.wait_for("await new Promise((done) => setTimeout(done, 300))");
    let seen = browser.run("return [...document.querySelectorAll('.latex')].map((box) => [Boolean(box.querySelector('math')), box.querySelector('code')?.textContent.slice(0, 13) ?? null])", json!([]));
    let rendered: Vec<_> = seen
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one[0] == true)
        .collect();
    assert!(
        rendered[0] && !rendered[1] && !rendered[4] && !rendered[5] && !rendered[6] && rendered[7],
        "{seen}"
    );
    assert_eq!(seen[1][1], "\\frac{broken");
    let links = browser.run("return [document.querySelectorAll('.latex [href], .latex a').length, document.documentElement.scrollWidth - document.documentElement.clientWidth, document.querySelector('.latex').getBoundingClientRect().height > 40]", json!([]));
    assert_eq!(links, json!([0, 0, true]));
    browser.assert_quiet();
    look(&server, &browser, "formulas", "shared/notes", "broken");
}

#[test]
fn a_notebook_in_markdown_has_its_title_once() {
    let heads = "return [...document.querySelectorAll('h1, h2')].map((it) => [it.localName, it.textContent, it.className])";
    for (markdown, headings) in [
        (
            "## Monday\n\n- water",
            json!([["h1", "Notes", ""], ["h2", "Monday", ""]]),
        ),
        ("Only words", json!([["h1", "Notes", ""]])),
        ("# The plan\n\nWords", json!([["h1", "The plan", ""]])),
        (" ", json!([["h1", "Notes", ""]])),
    ] {
        let node =
            json!({"type": "ph-markdown-notebook", "attrs": {"nodeId": "m", "markdown": markdown}});
        let server = notebook(json!([node]));
        let browser = Browser::start();
        browser.open(&format!("{}/shared/notes", server.url));
        browser.see("heading", "");
        assert_eq!(browser.run(heads, json!([])), headings, "{markdown}");
        let is_empty = "return document.body.innerText.includes('This notebook is empty.')";
        assert_eq!(browser.run(is_empty, json!([])), markdown == " ");
        browser.assert_accessible(markdown);
        browser.assert_quiet();
    }
}

#[test]
fn tables_keep_their_alignment_and_marks_add_up() {
    let text = |words: &str, marks: &[&str]| {
        let marks: Vec<_> = marks.iter().map(|mark| json!({"type": mark})).collect();
        json!({"type": "text", "text": words, "marks": marks})
    };
    let paragraph = |content: Value| json!({"type": "paragraph", "content": content});
    let cell = |align: &str| json!({"type": "tableCell", "attrs": {"align": align}, "content": [paragraph(json!([text(align, &[])]))]});
    let item = |checked: bool, content: Value| json!({"type": "taskItem", "attrs": {"checked": checked}, "content": content});
    let server = notebook(json!([
        paragraph(json!([text("all", &["bold", "italic", "underline", "strike", "code"])])),
        {"type": "table", "content": [{"type": "tableRow", "content": [cell("left"), cell("center"), cell("right")]}]},
        {"type": "taskList", "content": [item(true, json!([paragraph(json!([text("outer", &[])])), {"type": "taskList", "content": [item(false, json!([paragraph(json!([text("inner", &[])]))]))]}]))]},
        {"type": "ph-markdown-notebook", "attrs": {"nodeId": "m", "markdown": "|one|two|three|\n|:-|:-:|-:|\n|a|***b***|~~*c*~~|"}},
    ]));
    let browser = Browser::start();
    browser.open(&format!("{}/shared/notes", server.url));
    browser.read("three");
    let seen = browser.run(
        "const marks = [...document.querySelector('article p').querySelectorAll('*')].map((it) => it.localName).sort();
         const aligned = [...document.querySelectorAll('td, th')].map((it) => getComputedStyle(it).textAlign);
         const b = [...document.querySelectorAll('td strong')][0];
         return [marks, aligned, b.parentElement.localName, document.querySelector('td s em').textContent,
           [...document.querySelectorAll('li.task li.task')].map((it) => [it.innerText.trim(), it.querySelector('input').checked])]",
        json!([]),
    );
    assert_eq!(
        seen,
        json!([
            ["code", "em", "s", "strong", "u"],
            [
                "left", "center", "right", "left", "center", "right", "left", "center", "right"
            ],
            "em",
            "c",
            [["inner", false]]
        ])
    );
    browser.assert_accessible("a notebook");
    browser.assert_quiet();
}
