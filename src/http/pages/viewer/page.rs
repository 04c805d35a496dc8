//! The HTML of public pages: a template around the data, which a script in the page renders.

use actix_web::http::{
    StatusCode,
    header::{CONTENT_SECURITY_POLICY, HeaderName},
};
use serde::Serialize;
use serde_json::json;

use super::{data::PageData, link::Link};
use crate::{
    domain::viewer::OpenPage,
    http::{
        Request, Response,
        pages::{assets, bundle::Whole},
        response::Body,
    },
    model::{Feature, OpenShare, ParentKind, Theme, Timestamp},
};

const POLICY: HeaderName = CONTENT_SECURITY_POLICY;

/// Scripts, styles, fonts and pictures are files of this server, or data in the page: nothing is fetched from elsewhere, so no other
/// site learns who visits. Any site may show the page in a frame, which is its purpose.
const POLICY_VALUE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; \
                     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *";

/// The elements of the head that libraries need.
struct Libraries {
    charts: &'static str,
    formulas: &'static str,
}

/// Has a browser load them at once, not only when the script of the page asks for them.
const PRELOADED: Libraries = Libraries {
    charts: "<link rel=\"modulepreload\" href=\"/static/vendor/uplot-1.6.32/uPlot.esm.js\">\n",
    formulas: "<link rel=\"preload\" as=\"script\" href=\"/static/vendor/temml-0.13.5/temml.min.js\">\n\
               <link rel=\"preload\" as=\"style\" href=\"/static/vendor/temml-0.13.5/Temml-Local.css\">\n",
};

/// Puts them into the page.
const INCLUDED: Libraries = Libraries {
    charts: "<script type=\"module\" src=\"/static/vendor/uplot-1.6.32/uPlot.esm.js\"></script>\n",
    formulas: "<link rel=\"stylesheet\" href=\"/static/vendor/temml-0.13.5/Temml-Local.css\">\n\
               <script type=\"module\" src=\"/static/vendor/temml-0.13.5/temml.min.js\"></script>\n",
};

/// The icon of the page.
const ICON: &str = "/static/viewer/icon.svg";

const HTML: &str = "text/html; charset=utf-8";

/// The values for the placeholders of the page template.
#[derive(Default)]
struct Template {
    title: String,
    head: String,
    theme: Option<Theme>,
    class: String,
    team: String,
    data: String,
}

impl Template {
    /// The page for `data` and `page`, whose head also has `preview`.
    fn new(page: &OpenPage, data: PageData, libraries: &Libraries, preview: &str) -> Template {
        let share = &page.share;
        let fallback = match share.kind {
            ParentKind::Insight => "Insight",
            ParentKind::Dashboard => "Dashboard",
            ParentKind::Notebook => "Notebook",
            ParentKind::SessionRecording => "Recording",
        };
        let name = data.title.clone().filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| fallback.into());
        let charts = match page.object.item.has_result() {
            true => libraries.charts,
            false => "",
        };
        let (class, team) = (format!("export-type-{}", data.kind), data.team.clone());
        let is_whitelabel = data.is_whitelabel;
        let data = embedded(&data.for_page(page));
        // An element of a drawing: within a text, its marks would be escaped.
        let formulas = match data.contains("[\"formula\"") {
            true => libraries.formulas,
            false => "",
        };
        Template {
            title: match is_whitelabel {
                true => name,
                false => format!("{name} • hoglet"),
            },
            head: [charts, formulas, preview].concat(),
            theme: share.settings.theme,
            class,
            team,
            data,
        }
    }

    fn response(self) -> Response {
        html(StatusCode::OK, self.text())
    }

    fn text(self) -> String {
        let theme = match self.theme {
            Some(Theme::Light) => "light",
            Some(Theme::Dark) => "dark",
            Some(Theme::System) | None => "system",
        };
        // Placeholders are filled in order, each searched after the previous one: a value that contains the text of a
        // placeholder stays as it is.
        let filled = crate::assets::text("viewer/page.html")
            .replace("{theme}", theme)
            .replace("{class}", &self.class);
        let placeholders = [
            ("{title}", escape(&self.title)),
            ("{head}", self.head),
            ("{team}", escape(&self.team)),
            ("{heading}", escape(&self.title)),
            ("{data}", self.data),
        ];
        let mut page = String::with_capacity(filled.len() + placeholders[4].1.len());
        let mut rest = &*filled;
        for (placeholder, text) in &placeholders {
            let (before, after) = rest.split_once(placeholder).unwrap_or((rest, ""));
            page.push_str(before);
            page.push_str(text);
            rest = after;
        }
        page.push_str(rest);
        page
    }
}

fn html(status: StatusCode, page: impl Into<Body>) -> Response {
    Response::typed(status, HTML, page)
        .header(POLICY, POLICY_VALUE)
        .shared()
}

/// 404 with a page that does not say why.
pub fn not_found() -> Response {
    html(
        StatusCode::NOT_FOUND,
        crate::assets::text("viewer/not-found.html"),
    )
}

/// 200 with the page that asks for a password and says nothing about the shared object.
pub fn unlock(link: &Link, share: &OpenShare) -> Response {
    let may_whitelabel = share.features.has(Feature::WhiteLabelling);
    let mut data = json!({"type": "unlock"});
    if may_whitelabel && (share.settings.whitelabel == Some(true) || link.forces_whitelabel) {
        data["whitelabel"] = true.into();
    }
    if let Some(theme) = share.settings.theme {
        data["theme"] = json!(theme);
    }
    let template = Template {
        title: "Access share".into(),
        theme: share.settings.theme,
        class: "export-type-unlock".into(),
        data: embedded(&data),
        ..Template::default()
    };
    template.response()
}

/// 200 with the page that shows `data`.
pub fn show(request: &Request, page: &OpenPage, data: PageData) -> Response {
    let has_preview = matches!(page.share.kind, ParentKind::Insight | ParentKind::Dashboard);
    let preview = match has_preview {
        true => preview(request, &data),
        false => String::new(),
    };
    Template::new(page, data, &PRELOADED, &preview).response()
}

/// The page of a share as a file that needs no server: data, scripts, styles and pictures are in it, and its policy lets it load
/// nothing else.
pub fn whole(page: &OpenPage, now: Timestamp) -> String {
    let data = PageData::new(&Link::of_file(), page, None, now).without_token();
    let text = Template::new(page, data, &INCLUDED, "").text();
    let text = text.replacen(ICON, &assets::data_url("static/viewer/icon.svg"), 1);
    let whole = Whole::new(&text, included);
    let policy = format!(
        "default-src 'none'; script-src{}; style-src{}; img-src data:; font-src data:; base-uri 'none'; form-action 'none'",
        whole.scripts, whole.styles
    );
    let first = "<meta charset=\"utf-8\">\n";
    let policy =
        format!("{first}<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n");
    whole.html.replacen(first, &policy, 1)
}

/// The text of a file that the page names, with what it names itself.
fn included(path: &str) -> String {
    let text = assets::source(path);
    match path.rsplit('/').next().unwrap_or_default() {
        "viewer.css" => text.replace("icon.svg", &assets::data_url("static/viewer/icon.svg")),
        "Temml-Local.css" => {
            let font = assets::data_url("static/vendor/temml-0.13.5/Temml.woff2");
            text.replace("Temml.woff2", &font)
        }
        // Modules keep to themselves what they define.
        "uPlot.esm.js" => text.replace(
            "export { uPlot as default };",
            "globalThis.uPlotLibrary = { default: uPlot };",
        ),
        "temml.min.js" => text + "\nglobalThis.temml = temml;\n",
        _ => text,
    }
}

/// The `meta` elements from which other sites build a preview of a link to the page. None names a picture, because this server
/// draws none.
fn preview(request: &Request, data: &PageData) -> String {
    let title = data.title.as_deref().unwrap_or_default();
    let description = data.description.as_deref().unwrap_or_default();
    let url = request.url();
    let tags = [
        ("property", "og:title", title),
        ("property", "og:type", "website"),
        ("property", "og:description", description),
        ("property", "og:url", &url),
        ("name", "twitter:card", "summary"),
    ];
    tags.map(|(kind, name, content)| {
        let content = escape(content);
        format!("<meta {kind}=\"{name}\" content=\"{content}\">\n")
    })
    .concat()
}

/// `data` as the text of a script element, in which no tag can start or end.
fn embedded(data: &impl Serialize) -> String {
    let text = serde_json::to_string(data).expect("views serialise");
    text.replace('<', "\\u003c")
}

/// Escapes `text` for HTML, including attributes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#x27;")
}
