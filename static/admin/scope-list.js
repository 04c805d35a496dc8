// Descriptions of all scopes of personal keys. The first group has endpoints here; the rest only on the hosted service.

/** Objects that have endpoints on this server. */
export const HERE = {
  property_definition: "Property definitions: names, types, descriptions, tags.",
  sharing_configuration: "Shares: links, their settings and passwords.",
  project: "Projects, their settings, and the project secret keys in them.",
  insight: "Insights.",
  dashboard: "Dashboards and their tiles.",
  notebook: "Notebooks.",
  session_recording: "Session recordings.",
  event_definition: "Event definitions.",
  query: "The latest events. Read only.",
  feature_flag: "Feature flags, for local evaluation. Read only.",
  activity_log: "Who did what. Read only.",
  organization: "Organizations. Read only.",
  organization_member: "Members of an organization. Read only.",
  user: "The user behind the key.",
};

/** Objects that have endpoints only on the hosted service. */
export const ELSEWHERE = {
  access_control: "Permissions on single objects.", account: "Customer analytics accounts.", action: "Actions: events under one name.",
  ai_observability_clusters: "Groups of similar AI traces.", alert: "Alerts on insights.", annotation: "Notes on charts.",
  approvals: "Changes that wait for approval.", batch_export: "Scheduled exports.", batch_import: "Bulk imports of events.",
  batch_import_support: "Bulk imports, for support.", billing: "Plans and invoices.", business_knowledge: "Business knowledge of assistants.",
  canvas: "Canvases.", cohort: "Cohorts of persons.", comment: "Comments.", conversation: "Conversations with assistants.",
  customer_analytics: "Customer analytics.", customer_journey: "Customer journeys.", customer_profile_config: "Layout of customer profiles.",
  customer_task: "Tasks about customers.", dashboard_template: "Dashboard templates.", data_catalog: "The data catalog.",
  data_catalog_approval: "Approvals in the data catalog.", dataset: "Datasets for evaluations.", early_access_feature: "Features in early access.",
  element: "Elements of pages.", endpoint: "Endpoints: stored queries with a URL.", engineering_analytics: "Engineering analytics.",
  error_tracking: "Errors and their groups.", evaluation: "Evaluations of AI answers.", event_filter: "Filters of incoming events.",
  experiment: "Experiments and results.", experiment_holdout: "Persons left out of experiments.", experiment_saved_metric: "Metrics shared by experiments.",
  export: "Exports of charts and tables.", external_data_schema: "Tables of external data sources.", external_data_source: "External data sources.",
  field_note: "Field notes.", file_system: "The file tree.", file_system_shortcut: "Shortcuts in the file tree.", group: "Groups and their properties.",
  health_issue: "Problems of a project's configuration.", heatmap: "Heatmaps.", hog_flow: "Workflows.", hog_function: "Functions that run on events.",
  ingestion_warning: "Warnings about incoming events.", insight_variable: "Variables of insights.", integration: "Integrations with other services.",
  legal_document: "Legal documents.", link: "Short links.", live_debugger: "The live debugger.", llm_analytics: "Traces of language models.",
  llm_gateway: "Calls to language models.", llm_playground: "The prompt playground.", llm_prompt: "Stored prompts.", llm_provider_key: "API keys of model providers.",
  llm_skill: "Skills of assistants.", logs: "Logs.", loop: "Loops.", marketing_analytics: "Marketing analytics.", mcp_analytics: "Analytics of MCP servers.",
  metrics: "Metrics.", organization_integration: "Integrations of an organization.", person: "Persons and their properties.",
  plugin: "Plugins.", product_enablement: "Enabled products.", product_tour: "Product tours.", query_performance: "Performance of queries.",
  replay_scanner: "Scanners of recordings.", revenue_analytics: "Revenue analytics.", review_hog: "Reviews of code.", session_recording_playlist: "Playlists of recordings.",
  signal_scout: "Scouts for signals.", stamphog: "Approvals of code changes.", streamlit_app: "Small data apps.", subscription: "Insights sent by e-mail or chat.",
  survey: "Surveys and answers.", tagger: "Automatic tags.", task: "Tasks for agents.", ticket: "Support tickets.", toolbar: "The toolbar on your own site.",
  tracing: "Traces.", transactional_email: "Transactional e-mails.", uploaded_media: "Uploaded images.", usage_metric: "Usage metrics.", user_interview: "Interviews with users.",
  vision_action: "Actions on image content.", vision_alert: "Alerts on image content.", visual_review: "Reviews of screenshots.",
  warehouse_objects: "All warehouse objects.", warehouse_table: "Warehouse tables.", warehouse_view: "Warehouse views.",
  web_analytics: "Web analytics.", webhook: "Webhooks.", wizard_session: "Sessions of the setup wizard.",
};

const of = (level, ...objects) => objects.map((object) => `${object}:${level}`);

/** Presets for common uses; the first picks nothing. */
export const PRESETS = {
  nothing: ["Only what is picked below", []],
  reading: ["Read only", of("read", ...Object.keys(HERE))],
  taxonomy: ["Taxonomy: change definitions of events and properties", of("write", "property_definition", "event_definition")],
  sharing: ["Sharing: share insights, dashboards, notebooks and recordings", [...of("write", "sharing_configuration"), ...of("read", "insight", "dashboard", "notebook", "session_recording")]],
  keys: ["Project keys: create and revoke them", of("write", "project")],
  flags: ["Feature flags: evaluate them locally", of("read", "feature_flag")],
  everything: ["Everything that you can do", ["*"]],
};
