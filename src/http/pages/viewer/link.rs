//! What the address of a share says.

use crate::http::{Request, session};

/// The address of a share, taken apart.
pub struct Link {
    /// The share's token: the last segment up to its first dot.
    pub token: String,
    /// The path up to that dot: where a session's cookie counts.
    pub path: String,
    /// What the page is: `scene`; `embed`, which stands on another page with less around it; `image`, of which a picture
    /// is taken.
    pub kind: &'static str,
    /// Whether it is the address of a frame, which may stand on a page of another site.
    pub is_frame: bool,
    /// Whether the admin page shows the frame beside the share's settings, to who is signed in there.
    pub is_preview: bool,
    /// What the end of the path asks for.
    pub form: Form,
    /// Whether the query asks for a page without our name.
    pub forces_whitelabel: bool,
}

/// In which form a share is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// As a page.
    Page,
    /// As the data of that page: `.json`.
    Data,
    /// As a picture of it: `.png`.
    Picture,
}

impl Link {
    /// What the address of `request` says.
    pub fn of(request: &Request) -> Link {
        let file = request.segment("share");
        let token = file.split('.').next().unwrap_or_default().to_owned();
        let path = request.path.trim_end_matches('/');
        let place = path.rfind('/').map_or(0, |slash| slash + 1);
        let is_frame = path.starts_with("/embedded/");
        Link {
            path: format!("{}{token}", &path[..place]),
            token,
            is_frame,
            kind: match request.parameter("force_type") {
                Some("scene") => "scene",
                Some("embed") => "embed",
                Some("image") => "image",
                _ if is_frame || request.parameter("embedded").is_some() => "embed",
                _ => "scene",
            },
            is_preview: is_frame && session::cookie(request).is_some(),
            form: match file {
                _ if file.ends_with(".json") => Form::Data,
                _ if file.ends_with(".png") => Form::Picture,
                _ => Form::Page,
            },
            forces_whitelabel: request.parameter("whitelabel").is_some(),
        }
    }
}
