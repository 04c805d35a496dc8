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
    http::{Request, Response, pages::assets},
    model::{Feature, OpenShare, ParentKind, Theme},
};

const POLICY: HeaderName = CONTENT_SECURITY_POLICY;

/// Scripts, styles, fonts and pictures are files of this server, or data in the page: nothing is fetched from elsewhere, so no other
/// site learns who visits. Any site may show the page in a frame, which is its purpose.
const POLICY_VALUE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; \
                     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *";

/// Has a browser load the library for charts at once, not only when the script of the page asks for it.
const CHARTS: &str =
    "<link rel=\"modulepreload\" href=\"/static/vendor/uplot-1.6.32/uPlot.esm.js\">\n";

/// The same for formulas.
const FORMULAS: &str = "<link rel=\"preload\" as=\"script\" href=\"/static/vendor/temml-0.13.5/temml.min.js\">\n\
<link rel=\"preload\" as=\"style\" href=\"/static/vendor/temml-0.13.5/Temml-Local.css\">\n";

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
    fn response(self) -> Response {
        let theme = match self.theme {
            Some(Theme::Light) => "light",
            Some(Theme::Dark) => "dark",
            Some(Theme::System) | None => "system",
        };
        // Placeholders are filled in order, each searched after the previous one: a value that contains the text of a
        // placeholder stays as it is.
        let filled = assets::text("page.html")
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
        html(StatusCode::OK, page)
    }
}

fn html(status: StatusCode, page: String) -> Response {
    Response::typed(status, HTML, page)
        .header(POLICY, POLICY_VALUE)
        .shared()
}

/// 404 with a page that does not say why.
pub fn not_found() -> Response {
    html(StatusCode::NOT_FOUND, assets::text("not-found.html"))
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
    let share = &page.share;
    let fallback = match share.kind {
        ParentKind::Insight => "Insight",
        ParentKind::Dashboard => "Dashboard",
        ParentKind::Notebook => "Notebook",
        ParentKind::SessionRecording => "Recording",
    };
    let name = data.title.clone().filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| fallback.into());
    let has_preview = matches!(share.kind, ParentKind::Insight | ParentKind::Dashboard);
    let preview = if has_preview {
        preview(request, &data)
    } else {
        String::new()
    };
    let charts = if page.object.item.has_result() {
        CHARTS
    } else {
        ""
    };
    let (class, team) = (format!("export-type-{}", data.kind), data.team.clone());
    let is_whitelabel = data.is_whitelabel;
    let data = embedded(&data.for_page(page));
    // An element of a drawing: within a text, its marks would be escaped.
    let formulas = if data.contains("[\"formula\"") {
        FORMULAS
    } else {
        ""
    };
    let template = Template {
        title: match is_whitelabel {
            true => name,
            false => format!("{name} • hoglet"),
        },
        head: [charts, formulas, &preview].concat(),
        theme: share.settings.theme,
        class,
        team,
        data,
    };
    template.response()
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
