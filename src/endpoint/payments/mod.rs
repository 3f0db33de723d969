//! Endpoints for payments, captures, cancellations, voids and refunds.

mod cancel;
mod capture;
mod inquiry_payment;
mod inquiry_refund;
mod notify_payment;
mod notify_void;
mod pay;
mod refund;
mod transaction_notify;
mod void;

pub use cancel::{Cancel, CancelRequest, CancelResponse};
pub use capture::{Capture, CaptureRequest, CaptureRequestRequired, CaptureResponse};
pub use inquiry_payment::{
    InquiryPayment, InquiryPaymentRequest, InquiryPaymentResponse, PaymentStatus, Transaction,
    TransactionRequired,
};
pub use inquiry_refund::{
    InquiryRefund, InquiryRefundRequest, InquiryRefundResponse, RefundStatus,
};
pub use notify_payment::{
    NotifyPayment, NotifyPaymentRequest, NotifyPaymentRequestRequired, NotifyPaymentResponse,
};
pub use notify_void::{
    NotifyVoid, NotifyVoidRequest, NotifyVoidRequestRequired, NotifyVoidResponse, VoidSource,
};
pub use pay::{
    ActionMethod, Pay, PayRequest, PayRequestRequired, PayResponse, PaymentFactor, ProductCode,
    RedirectActionForm,
};
pub use refund::{Refund, RefundRequest, RefundRequestRequired, RefundResponse};
pub use transaction_notify::{
    TransactionNotify, TransactionNotifyRequest, TransactionNotifyRequestRequired,
    TransactionNotifyResponse,
};
pub use void::{Void, VoidRequest, VoidRequestRequired, VoidResponse};
