// The kinds of objects that can be shared, and their endpoints. The server searches all of them by name but those that are
// only listed.

export const KINDS = {
  notebook: { name: "Notebook", path: "notebooks", id: (it) => it.short_id, title: (it) => it.title },
  insight: { name: "Insight", path: "insights", id: (it) => it.id, title: (it) => it.name || it.derived_name },
  dashboard: { name: "Dashboard", path: "dashboards", id: (it) => it.id, title: (it) => it.name },
  session_recording: { name: "Recording", path: "session_recordings", id: (it) => it.id, title: (it) => it.id, isListed: true },
};

/** The choices of kinds; the first is any. */
export const KIND_CHOICES = [["", "Everything"], ...Object.entries(KINDS).map(([key, { name }]) => [key, `${name}s`])];

export const link = (share, page = "shared") => `${location.origin}/${page}/${share.access_token}`;
export const embed = (share) => `<iframe width="100%" height="400" frameborder="0" allowfullscreen src="${link(share, "embedded")}" sandbox="allow-scripts allow-same-origin allow-popups"></iframe>`;
export const title = (share) => share.name || share.parent_id;

/** The key of a share in the URL of the page. */
export const keyOf = (share) => `${share.parent}:${share.parent_id}`;

/** The path of the sharing endpoints of the object. */
export const sharing = (base, share) => `${base}/${KINDS[share.parent].path}/${encodeURIComponent(share.parent_id)}/sharing/`;
