//! The HTML of public pages: a frame around the data, which a script in the page draws.

use actix_web::http::{
    StatusCode,
    header::{CONTENT_SECURITY_POLICY, HeaderName},
};
use serde::Serialize;
use serde_json::json;

use super::{link::Link, payload::Payload};
use crate::{
    http::{Request, Response, pages::assets},
    model::*,
};

const POLICY: HeaderName = CONTENT_SECURITY_POLICY;

/// Scripts, styles and pictures are our files, or data in the page: nothing is fetched from elsewhere, and no other site
/// learns who looks. Any site may show the page in a frame, which is what it is for.
const RULES: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *";

const HTML: &str = "text/html; charset=utf-8";

/// What the page's frame has to be told.
#[derive(Default)]
struct Frame {
    title: String,
    head: String,
    theme: Option<Theme>,
    class: String,
    team: String,
    data: String,
}

impl Frame {
    fn response(self) -> Response {
        let theme = match self.theme {
            Some(Theme::Light) => "light",
            Some(Theme::Dark) => "dark",
            Some(Theme::System) | None => "system",
        };
        // The data comes last, for nothing in it may be taken for one of the places to fill.
        let filled = assets::text("page.html")
            .replace("{theme}", theme)
            .replace("{class}", &self.class);
        let places = [
            ("{title}", escape(&self.title)),
            ("{head}", self.head),
            ("{team}", escape(&self.team)),
            ("{heading}", escape(&self.title)),
            ("{data}", self.data),
        ];
        let mut page = String::with_capacity(filled.len() + places[4].1.len());
        let mut rest = &*filled;
        for (place, text) in &places {
            let (before, after) = rest.split_once(place).unwrap_or((rest, ""));
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
        .header(POLICY, RULES)
        .shared()
}

/// 404 with a page that tells nothing.
pub fn not_found() -> Response {
    html(StatusCode::NOT_FOUND, assets::text("not-found.html"))
}

/// 200 with the page that asks for a password: nothing on it tells what is behind.
pub fn unlock(link: &Link, share: &OpenShare) -> Response {
    let may_whitelabel = share.features.has(Feature::WhiteLabelling);
    let mut data = json!({"type": "unlock"});
    if may_whitelabel && (share.settings.whitelabel == Some(true) || link.forces_whitelabel) {
        data["whitelabel"] = true.into();
    }
    if let Some(theme) = share.settings.theme {
        data["theme"] = json!(theme);
    }
    let frame = Frame {
        title: "Access share".into(),
        theme: share.settings.theme,
        class: "export-type-unlock".into(),
        data: embedded(&data),
        ..Frame::default()
    };
    frame.response()
}

/// 200 with the page that shows `payload`.
pub fn show(request: &Request, share: &OpenShare, payload: Payload) -> Response {
    let fallback = match share.kind {
        ParentKind::Insight => "Insight",
        ParentKind::Dashboard => "Dashboard",
        ParentKind::Notebook => "Notebook",
        ParentKind::SessionRecording => "Recording",
    };
    let name = payload.title.clone().filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| fallback.into());
    let has_preview = matches!(share.kind, ParentKind::Insight | ParentKind::Dashboard);
    let frame = Frame {
        title: match payload.is_whitelabel {
            true => name,
            false => format!("{name} • PostHog"),
        },
        head: if has_preview {
            preview(request, &payload)
        } else {
            String::new()
        },
        theme: share.settings.theme,
        class: format!("export-type-{}", payload.kind),
        team: payload.team.clone(),
        data: embedded(&payload.with_class()),
    };
    frame.response()
}

/// What other sites show of a link to the page.
fn preview(request: &Request, payload: &Payload) -> String {
    let title = payload.title.as_deref().unwrap_or_default();
    let description = payload.description.as_deref().unwrap_or_default();
    let (url, image) = (request.url(""), request.url(".png"));
    let tags = [
        ("property", "og:title", title),
        ("property", "og:type", "website"),
        ("property", "og:description", description),
        ("property", "og:url", &url),
        ("property", "og:image", &image),
        ("property", "og:image:alt", title),
        ("name", "twitter:card", "summary_large_image"),
    ];
    tags.map(|(kind, name, content)| {
        let content = escape(content);
        format!("<meta {kind}=\"{name}\" content=\"{content}\">\n")
    })
    .concat()
}

/// `data` as the text of a script element: no tag can end or open in it.
fn embedded(data: &impl Serialize) -> String {
    let text = serde_json::to_string(data).expect("views serialise");
    text.replace('<', "\\u003c")
}

/// `text` as HTML, in an attribute too.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#x27;")
}
