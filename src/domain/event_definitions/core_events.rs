//! The events that PostHog itself defines (`resources.md` 5): lists count them as verified.

/// Their names.
#[rustfmt::skip] // a list: read it by words
pub const CORE_EVENTS: &[&str] = &[
    "$pageview", "$pageleave", "$autocapture", "$$heatmap", "$copy_autocapture", "$screen", "$set", "$opt_in",
    "$feature_flag_called", "$feature_view", "$feature_interaction", "$element_viewed", "$feature_enrollment_update",
    "$capture_metrics", "$identify", "$create_alias", "$merge_dangerously", "$groupidentify", "$rageclick",
    "$dead_click", "$exception", "$web_vitals", "$ai_generation", "$ai_evaluation", "$ai_tag", "$ai_metric",
    "$ai_feedback", "$ai_trace", "$ai_span", "$ai_embedding", "$csp_violation", "$mcp_tool_call", "$mcp_tools_list",
    "$mcp_initialize", "$mcp_resources_list", "$mcp_resource_read", "$mcp_prompts_list", "$mcp_prompt_get",
    "$mcp_custom", "$mcp_missing_capability", "mcp_tool_call", "mcp_tools_list", "mcp_initialize",
    "mcp_resources_list", "mcp_resource_read", "mcp_prompts_list", "mcp_prompt_get", "mcp_custom", "posthog_identify",
    "mcp_mcpcat:identify", "mcp_posthog:identify", "mcp_tool_called", "$snapshot", "$error_tracking_issue_created",
    "$error_tracking_issue_reopened", "$error_tracking_issue_spiking", "$conversation_message_sent",
    "$conversation_message_received", "$conversation_ticket_created", "$conversation_ticket_assigned",
    "$conversation_ticket_status_changed", "$conversation_ticket_priority_changed", "Application opened",
    "Application backgrounded", "Application updated", "Application installed", "Application became active",
    "Deep link opened", "mcp init", "mcp tool call", "mcp tool response", "mcp project switched",
    "mcp organization switched", "mcp feedback submitted",
];
