//! Pages without a chain of requests: a script and all that it imports as one, and a page with its scripts and styles in it.
//!
//! The sources are plain ES modules that a browser could load as they are. But it learns of an import only when it has the file
//! that names it, and loads at most six files at once: at a latency of 300 ms the admin page took two seconds to begin. So a
//! module becomes a function, called once, that returns what it exports, and importers take that apart:
//!
//! ```js
//! import { h as make } from "./dom.js";        const { h: make } = dom_js;
//! export const CELL = make("td");              const CELL = make("td");
//!                                              return { CELL };
//! ```
//!
//! Comments of declarations stay behind: they are a tenth of what a browser would load.
//!
//! That is right for modules like ours, which [`Module::read`] checks: they export constants, functions and classes by name, import
//! at the top, and never in a circle. Each import and each export is one line, as the formatter writes them, and no line of a
//! template begins like a comment.

use std::fmt::Write;

use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};

/// The module `entry` with all that it imports, directly or not, as one script. `read` returns the text of a file.
///
/// Panics if the modules are not as described above: a test makes every bundle there is.
pub fn script(entry: &str, read: impl Fn(&str) -> String) -> String {
    let mut bundle = Bundle {
        read,
        done: Vec::new(),
        begun: Vec::new(),
        text: String::new(),
    };
    bundle.add(entry);
    bundle.text
}

struct Bundle<R> {
    read: R,
    /// The modules that are in `text`.
    done: Vec<String>,
    /// Those whose imports are being added.
    begun: Vec<String>,
    text: String,
}

impl<R: Fn(&str) -> String> Bundle<R> {
    /// Adds the module `name`, after those that it imports.
    fn add(&mut self, name: &str) {
        if self.done.iter().any(|other| other == name) {
            return;
        }
        assert!(
            !self.begun.iter().any(|other| other == name),
            "{name} imports itself through others"
        );
        self.begun.push(name.to_owned());
        let source = (self.read)(name);
        let module = Module::read(name, &source);
        for (_, from) in &module.imports {
            self.add(from);
        }
        module.write(name, &mut self.text);
        self.done.push(name.to_owned());
    }
}

/// The parts of a module's text.
struct Module<'s> {
    /// The names between the braces of each import, and the module they are from.
    imports: Vec<(&'s str, &'s str)>,
    exports: Vec<&'s str>,
    /// All other lines, and those of exports without the word.
    lines: Vec<&'s str>,
}

impl<'s> Module<'s> {
    fn read(name: &str, source: &'s str) -> Module<'s> {
        let mut module = Module {
            imports: Vec::new(),
            exports: Vec::new(),
            lines: Vec::new(),
        };
        let mut in_comment = false;
        for line in source.lines() {
            let begins_comment = line.starts_with("/**");
            if in_comment || begins_comment || line.starts_with("//") {
                in_comment = (in_comment || begins_comment) && !line.ends_with("*/");
                continue;
            }
            // A line of a template may look like one of these, but does not name a file beside this one.
            if let Some((names, from)) = imported(line) {
                module.imports.push((names, from));
            } else if line.starts_with("import ") && line.contains("\"./") {
                panic!("{name}: {line}");
            } else if let Some(declaration) = line.strip_prefix("export ") {
                let exported = declared(declaration);
                module
                    .exports
                    .push(exported.unwrap_or_else(|| panic!("{name}: {line}")));
                module.lines.push(declaration);
            } else {
                module.lines.push(line);
            }
        }
        module
    }

    fn write(&self, name: &str, text: &mut String) {
        let mut put =
            |line: std::fmt::Arguments| writeln!(text, "{line}").expect("a string takes all");
        put(format_args!("const {} = (() => {{", variable(name)));
        for (names, from) in &self.imports {
            put(format_args!(
                "const {{{}}} = {};",
                names.replace(" as ", ": "),
                variable(from)
            ));
        }
        for line in &self.lines {
            put(format_args!("{line}"));
        }
        put(format_args!(
            "return {{ {} }};\n}})();",
            self.exports.join(", ")
        ));
    }
}

/// The names and the file of an import: `import { a, b } from "./file.js";`, or `import "./file.js";`, which has no names.
fn imported(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("import ")?;
    let (names, file) = match rest.strip_prefix('{') {
        Some(rest) => rest.split_once("} from ")?,
        None => ("", rest),
    };
    let file = file.strip_prefix("\"./")?.strip_suffix("\";")?;
    Some((names, file))
}

/// The name that a declaration gives: `const a = …`, `function a(…`, `async function a(…`, `class a …`.
fn declared(declaration: &str) -> Option<&str> {
    let declaration = declaration.strip_prefix("async ").unwrap_or(declaration);
    let rest = ["const ", "function ", "class "]
        .iter()
        .find_map(|word| declaration.strip_prefix(word))?;
    let end = rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_')?;
    (end > 0).then(|| &rest[..end])
}

/// The name of the constant that holds the exports of `file`.
fn variable(file: &str) -> String {
    file.replace(['.', '-'], "_")
}

/// A page with its own scripts and style sheets in it.
pub struct Whole {
    pub html: String,
    /// What a content security policy calls the scripts in it, and the styles: `'sha256-…'` each, after a space.
    pub scripts: String,
    pub styles: String,
}

impl Whole {
    /// Puts the files into `html` that it names on lines of their own, as a style sheet or as a module. `read` returns the text
    /// of the file at a path, of a module with all that it imports.
    pub fn new(html: &str, read: impl Fn(&str) -> String) -> Whole {
        let mut whole = Whole {
            html: String::new(),
            scripts: String::new(),
            styles: String::new(),
        };
        for line in html.split_inclusive('\n') {
            if let Some(path) = between(line, "<link rel=\"stylesheet\" href=\"", "\">") {
                whole.put("style", "", &read(path), |it| &mut it.styles);
            } else if let Some(path) =
                between(line, "<script type=\"module\" src=\"", "\"></script>")
            {
                whole.put("script", " type=\"module\"", &read(path), |it| {
                    &mut it.scripts
                });
            } else {
                whole.html.push_str(line);
            }
        }
        whole
    }

    fn put(
        &mut self,
        element: &str,
        attributes: &str,
        text: &str,
        hashes: fn(&mut Whole) -> &mut String,
    ) {
        assert!(
            !text.contains(&format!("</{element}")),
            "the text ends its own element"
        );
        let hash = BASE64_STANDARD.encode(Sha256::digest(text));
        *hashes(self) += &format!(" 'sha256-{hash}'");
        self.html += &format!("<{element}{attributes}>{text}</{element}>\n");
    }
}

/// What is between `start` and `end`, if `line` consists of nothing else.
fn between<'l>(line: &'l str, start: &str, end: &str) -> Option<&'l str> {
    line.trim().strip_prefix(start)?.strip_suffix(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(files: &[(&str, &str)]) -> String {
        let text = |name: &str| {
            files
                .iter()
                .find(|(file, _)| *file == name)
                .expect(name)
                .1
                .to_owned()
        };
        script(files[0].0, text)
    }

    #[test]
    fn a_module_becomes_a_function_after_those_that_it_imports() {
        let made = bundle(&[
            (
                "app.js",
                "import { draw as paint, INK } from \"./two-parts.js\";\nimport \"./base.js\";\npaint(INK);\n",
            ),
            (
                "two-parts.js",
                "// Two.\n\nimport { one } from \"./base.js\";\n/** One. */\nexport const INK = one;\n\
                 /**\n * Draws.\n */\nexport async function draw(it) {} // stays\n",
            ),
            (
                "base.js",
                "export class Base {}\nexport function one() {}\n",
            ),
        ]);
        let wanted = "const base_js = (() => {\nclass Base {}\nfunction one() {}\nreturn { Base, one };\n})();\n\
            const two_parts_js = (() => {\nconst { one } = base_js;\n\nconst INK = one;\nasync function draw(it) {} // stays\nreturn { INK, draw };\n})();\n\
            const app_js = (() => {\nconst { draw: paint, INK } = two_parts_js;\nconst {} = base_js;\npaint(INK);\nreturn {  };\n})();\n";
        assert_eq!(made, wanted);
    }

    #[test]
    #[should_panic(expected = "a.js imports itself")]
    fn a_circle_of_imports_is_refused() {
        bundle(&[
            ("a.js", "import \"./b.js\";\n"),
            ("b.js", "import \"./a.js\";\n"),
        ]);
    }

    #[test]
    #[should_panic(expected = "a.js: export default 1")]
    fn an_export_without_a_name_is_refused() {
        bundle(&[("a.js", "export default 1;\n")]);
    }

    #[test]
    fn files_are_put_into_the_page_and_their_hashes_into_its_policy() {
        let html = "<head>\n  <link rel=\"stylesheet\" href=\"/a.css\">\n</head>\n<script type=\"module\" src=\"/a.js\"></script>\n";
        let whole = Whole::new(html, |path| format!("({path})"));
        assert_eq!(
            whole.html,
            "<head>\n<style>(/a.css)</style>\n</head>\n<script type=\"module\">(/a.js)</script>\n"
        );
        assert!(whole.styles.starts_with(" 'sha256-") && whole.scripts.ends_with("='"));
    }
}
