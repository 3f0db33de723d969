use crate::{
    dictionary::Result,
    endpoint::metadata::endpoint,
    model::{ExtendInfo, table},
};

endpoint! {
    /// The endpoint that uploads the configuration of a template that determines the appearance of a
    /// mini program.
    pub enum DecorateUpload as "decorateUpload" in MiniPrograms {
        path: "/v2/miniprogram/decorate/upload",
        roles: Merchant calls Platform,
        request: DecorateUploadRequest,
        response: DecorateUploadResponse,
        idempotency_key: None,
        result_codes: common,
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`DecorateUpload`], the endpoint that uploads the configuration of a template.
    ///
    /// ```
    /// use miniprogram_protocol::{
    ///     Validate,
    ///     endpoint::{DecorateUploadRequest, DecorateUploadRequestRequired},
    /// };
    ///
    /// let request = DecorateUploadRequest::new(DecorateUploadRequestRequired {
    ///     app_id: "2102010113769000",
    ///     template_id: "T-1",
    ///     template_version: "1.0.0",
    ///     template_config: r#"{"color":"blue"}"#,
    /// });
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct DecorateUploadRequest(DecorateUploadRequestRequired) in "Mini Program Platform, Mandiri edition, `upload`": OneEdition {
        /// The unique ID of the mini program, assigned by the Mini Program Platform.
        app_id: String as "appId", required;

        /// The ID of the template.
        template_id: String as "templateId", required;

        /// The version of the template.
        template_version: String as "templateVersion", required;

        /// The configuration of the template.
        template_config: String as "templateConfig", required;

        /// Extended information about the request.
        extend_info: ExtendInfo as "extendInfo", optional sensitive, max_length(4096);
    }
}

table! {
    /// The response of [`DecorateUpload`], the endpoint that uploads the configuration of a template.
    pub struct DecorateUploadResponse in "Mini Program Platform, Mandiri edition, `upload`": OneEdition {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]);
    }
}
