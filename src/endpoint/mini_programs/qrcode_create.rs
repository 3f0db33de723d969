use crate::{
    dictionary::Result,
    endpoint::metadata::{endpoint, required_on_success},
    model::{string_enum, table},
};

endpoint! {
    /// The endpoint that creates a QR code that opens a mini program. Requests with the same `appId`,
    /// `appQrCodePage` and `appQrCodeParams` get the same QR code once a request has succeeded.
    pub enum QrcodeCreate as "qrcodeCreate" in MiniPrograms {
        path: "/v2/miniprogram/qrcode/create",
        roles: Merchant calls Platform,
        request: QrcodeCreateRequest,
        response: QrcodeCreateResponse,
        idempotency_key: None,
        result_codes: common,
        request_examples: {},
        response_examples: {},
    }
}

table! {
    /// The request to [`QrcodeCreate`], the endpoint that creates a QR code.
    ///
    /// ```
    /// use miniprogram_protocol::{Validate, endpoint::QrcodeCreateRequest};
    ///
    /// let request = QrcodeCreateRequest::new("2102010113769000")
    ///     .app_qr_code_page("pages/index/index")
    ///     .app_qr_code_params("table=7");
    /// assert!(request.validate().is_ok());
    /// ```
    pub struct QrcodeCreateRequest in "Spanish edition, `qrcode/create`": OneEdition {
        /// The unique ID of the mini program, assigned by the Mini Program Platform.
        app_id: String as "appId", required, max_length(32);

        /// The type of the QR code. The default is `PROMO`.
        app_qr_code_type: AppQrCodeType as "appQrCodeType", optional;

        /// The page of the mini program that the QR code opens.
        app_qr_code_page: String as "appQrCodePage", optional, max_length(512);

        /// The parameters for the mini program.
        app_qr_code_params: String as "appQrCodeParams", optional sensitive, max_length(512);

        /// The description of the QR code.
        app_qr_code_desc: String as "appQrCodeDesc", optional, max_length(64);
    }
}

table! {
    /// The response of [`QrcodeCreate`], the endpoint that creates a QR code.
    pub struct QrcodeCreateResponse in "Spanish edition, `qrcode/create`": OneEdition {
        /// The result of the request.
        result: Result as "result", required, cross_field_rules(&[STATUS_MATCHES_CODE]).exposes("resultStatus");

        /// The content of the QR code. Required when the request succeeded.
        app_qr_code: String as "appQrCode", optional sensitive, max_length(1024);

        /// The picture of the QR code, in Base64. Required when the request succeeded. Its length
        /// is not limited, because the published sample exceeds the documented maximum of 4096
        /// characters.
        app_qr_code_pic_value: String as "appQrCodePicValue", optional;

        /// The encoding of the picture. Required when the request succeeded.
        app_qr_code_result_pic_type: QrcodePictureType as "appQrCodeResultPicType", optional;
    }

    cross_field_rules:
        required_on_success("appQrCode"),
        required_on_success("appQrCodePicValue"),
        required_on_success("appQrCodeResultPicType");
}

string_enum! {
    /// The type of a QR code that opens a mini program.
    ///
    /// Used by [`QrcodeCreateRequest::app_qr_code_type`].
    pub enum AppQrCodeType: open {
        /// A QR code for promotion.
        Promo = "PROMO",
    }
}

string_enum! {
    /// The encoding of the picture of a QR code.
    ///
    /// Used by [`QrcodeCreateResponse::app_qr_code_result_pic_type`].
    pub enum QrcodePictureType: open {
        /// Base64.
        Base64 = "BASE64",
    }
}
