"""
What receipts say: the failures of each channel, and the words of success.

Webex Connect, "Channel Specific Status Codes" and the pages of each channel's outbound webhooks. Codes collide across
channels (7703 is a payment on WhatsApp, buttons in-app), so nothing is looked up by its code alone. Sentences that the
vendor fills from elsewhere are shortened to their first clause.
"""

from typing import NamedTuple

from local.simulators.webex_connect.codes import REQUEST, Channel

FAILED = "Failed"
UNDELIVERED = "Un-Delivered"


class Failure(NamedTuple):
    """One row: the receipt's `Description` and its `deliveryStatus`."""

    description: str
    status: str = FAILED


_COMMON = {
    "7000": Failure("Invalid input details"),
    "7006": Failure("Internal server error"),
    "7010": Failure("Service provider exception."),
    "7011": Failure("Unknown Exception"),
    "7105": Failure("Customer profile not found"),
    "7301": Failure("Message expired"),
    "7307": Failure("Endpoint not reachable"),
}

# Common across Contact Policy-integrated channels; 9000 and 9001 are answered at once.
_CONTACT_POLICY = {
    "9002": Failure("Recipient has not consented to message"),
    "9003": Failure("Requested consumer was not found in group"),
    "9004": Failure("Unable to reach Contact Policy Service, please try again later"),
    "9005": Failure("Invalid or unknown group ID or channel"),
    "9006": Failure("Frequency cap: Recipient has exceeded frequency cap"),
    "9007": Failure("Frequency cap: The group was not found"),
    "9010": Failure("Consent check failed, customer consent expired"),
}

# The second half is told to tenants of the USA and Canada alone.
_SMS = {
    "7004": Failure("Invalid parameters/Values"),
    "7005": Failure("Request expired"),
    "7006": Failure("Internal server error"),
    "7101": Failure("Invalid Sender ID"),
    "7102": Failure("Invalid address"),
    "7105": Failure("Customer profile not found"),
    "7107": Failure("Message Length Exceeded", UNDELIVERED),
    "7109": Failure("User in DnD", UNDELIVERED),
    "7201": Failure("Delivery failed at Operator", UNDELIVERED),
    "7202": Failure("Delivery failed at platform", UNDELIVERED),
    "7203": Failure("Unknown Subscriber address", UNDELIVERED),
    "7204": Failure("Insufficient Credits in subscriber account", UNDELIVERED),
    "7205": Failure("Error in Binary message", UNDELIVERED),
    "7206": Failure("Can't deliver. Subscriber SIM Full", UNDELIVERED),
    "7207": Failure("Subscriber out of coverage area or not reachable", UNDELIVERED),
    "7208": Failure("Message expired", UNDELIVERED),
    "7209": Failure("Unable to deliver multipart message", UNDELIVERED),
    "7210": Failure("Billing Configuration error", UNDELIVERED),
    "7211": Failure("Billing error at operator", UNDELIVERED),
    "7111": Failure("Spam content detected", UNDELIVERED),
    "7280": Failure("Message deleted", UNDELIVERED),
    "7281": Failure("Campaign error", UNDELIVERED),
    "7282": Failure("Invalid route", UNDELIVERED),
    "7283": Failure("Invalid operator or landline", UNDELIVERED),
    "7284": Failure("Duplicate MT (caught by Duplication Guard)", UNDELIVERED),
    "7302": Failure("Rate limit exceeded", UNDELIVERED),
    "7513": Failure("Unregistered device", UNDELIVERED),
    "7518": Failure("Unknown", UNDELIVERED),
    "7607": Failure("Invalid message type", UNDELIVERED),
    "7720": Failure("Recipient blocked to receive message", UNDELIVERED),
}

# A call that was not held is REJECTED; what never became a call is Failed.
_VOICE = {
    "7005": Failure("Request expired"),
    "7016": Failure("Unknown exception"),
    "7101": Failure("Invalid sender ID"),
    "7102": Failure("Invalid destination address"),
    "7208": Failure("Message Expired."),
    "7401": Failure("No Answer.", "REJECTED"),
    "7402": Failure("Customer busy", "REJECTED"),
    "7404": Failure("Others.", "REJECTED"),
    "7406": Failure("Rejected.", "REJECTED"),
    "8009": Failure("The profile doesn't exist for this tenant"),
}

_IN_APP = _COMMON | {
    "7304": Failure("Invalid app credentials(Invalid OAuth)"),
    "7305": Failure("Invalid user credentials"),
    "7308": Failure("Invalid topic"),
    "7309": Failure("No topic subscribers found"),
    "7310": Failure("No segment found"),
    "7311": Failure("Thread or streamname required"),
    "7312": Failure("Invalid thread id"),
    "7703": Failure("Max allowed buttons in a section reached"),
    "7704": Failure("Duplicate identifiers not allowed"),
    "7706": Failure("Max allowed quick replies reached"),
    "7708": Failure("Max allowed image urls reached"),
}

_PUSH = _COMMON | {
    "7003": Failure("Mandatory parameters missing."),
    "7404": Failure("Others"),
    "7503": Failure("Message expired before delivery attempt"),
    "7504": Failure("Authentication error"),
    "7505": Failure("Too large payload ( >4kb)"),
    "7506": Failure("Invalid time to live value"),
    "7507": Failure("Too many requests for the App"),
    "7508": Failure("GCM server error"),
    "7509": Failure("Too many concurrent requests for same customer"),
    "7510": Failure("Too big payload"),
    "7511": Failure("Invalid time to live value"),
    "7512": Failure("Invalid push id"),
    "7513": Failure("Unregistered Device"),
    "7514": Failure("Wrong apns certificate gateway"),
    "7515": Failure("Bad apns certificate"),
    "7516": Failure("Too many request for the same device"),
    "7517": Failure("APNS server error"),
    "7518": Failure("Unknown"),
    "7537": Failure("Some tokens are successfully sent"),
    "7538": Failure("Some token parameters are incorrect"),
    "7539": Failure("The number of tokens must be 1 when a synchronization message is sent"),
    "7540": Failure("Incorrect message structure"),
    "7541": Failure("The message expiration time is earlier than the current time"),
    "7542": Failure("The collapse_key message field is invalid"),
    "7543": Failure("The message contains sensitive information"),
    "7544": Failure("OAuth authentication error"),
    "7545": Failure("OAuth token expired"),
    "7546": Failure("The current app does not have the permission to send push messages"),
    "7547": Failure("All tokens are invalid"),
    "7548": Failure("The message body size exceeds the default value"),
    "7549": Failure("The number of tokens in the message body exceeds the default value"),
    "7550": Failure("You are not authorized to send high-priority notification messages"),
    "7551": Failure("System internal error"),
    "7560": Failure("Request parameters were invalid."),
    "7562": Failure("The authenticated sender ID is different from the sender ID for the registration token."),
    "7563": Failure("Sending limit exceeded for the message target."),
    "7564": Failure("The server is overloaded."),
    "7565": Failure("An unknown internal error occurred."),
    "7566": Failure("APNs certificate or web push auth key was invalid or missing."),
    "7569": Failure("Request not authenticated due to missing, invalid, or expired OAuth token."),
    "7570": Failure("Client does not have sufficient permission."),
    "7571": Failure("Unregistered error returned from the FCM."),
    "7577": Failure("Unknown server error. Typically a server bug."),
    "7578": Failure("API method not implemented by the server."),
    "7880": Failure("Check the format of the registration token"),
    "7885": Failure("The rate of messages to subscribers to a particular topic is too high."),
    "7886": Failure("The apns-topic was invalid."),
}

_MESSENGER = _COMMON | {
    "7303": Failure("Endpoint not reachable"),
    "7313": Failure("Inbound message not received from the user"),
    "7526": Failure("Either subscription messaging permission not enabled or invalid tag received from the request"),
    "2018336": Failure("The action is not submitted due to new privacy rules in Europe."),
    "2018047": Failure("The action is not submitted due to new privacy rules in Europe."),
}

_WHATSAPP = _COMMON | {
    "7200": Failure("Unknown Status"),
    "7701": Failure("Media download error"),
    "7703": Failure("Business eligibility - Payment issue"),
    "7704": Failure("Message is not valid"),
    "7705": Failure("Message expired"),
    "7706": Failure("Rate limit hit"),
    "7707": Failure("Unsigned certificate"),
    "7710": Failure("Re-engagement message"),
    "7711": Failure("Spam Rate limit hit"),
    "7712": Failure("User's number is part of an experiment"),
    "7713": Failure("Generic error"),
    "7714": Failure("Message too long"),
    "7715": Failure("Invalid recipient type"),
    "7717": Failure("Resource already exists"),
    "7721": Failure("Required parameter is missing"),
    "7722": Failure("Parameter value is not valid"),
    "7723": Failure("Parameter is not required"),
    "7726": Failure("User is not valid"),
    "7727": Failure("Internal error"),
    "7729": Failure("System overloaded"),
    "7733": Failure("Bad User"),
    "7802": Failure("A user_identity_changed system notification requires acknowledgement"),
    "7803": Failure("Sender account has been locked"),
    "7804": Failure("Template Param Count Mismatch"),
    "7805": Failure("Template Missing"),
    "7808": Failure("Template Param Length Too Long"),
    "7809": Failure("Template Hydrated Text Too Long"),
    "7811": Failure("Template Format Character Policy Violated"),
    "7812": Failure("Template Required Component Missing"),
    "7813": Failure("Template Invalid Hydrated URL"),
    "7814": Failure("Template Media Format Unsupported"),
    "7815": Failure("Template Invalid Phone Number"),
    "7816": Failure("Template Parameter Format Mismatch"),
    "7819": Failure("Invalid number of sections"),
    "7820": Failure("Invalid number of rows"),
    "7821": Failure("Character Policy Violated"),
    "7830": Failure("Invalid Header Structure"),
    "7832": Failure("AuthException. We were unable to authenticate the app user."),
    "7833": Failure("API Unknown. Invalid request or possible server error."),
    "7834": Failure("API Service. Temporary due to downtime or due to being overloaded."),
    "7835": Failure("API Method. Capability or permissions issue."),
    "7836": Failure("API Too Many Calls"),
    "7837": Failure("API Permission Denied. Permission is either not granted or has been removed."),
    "7838": Failure("Parameter is invalid."),
    "7839": Failure("Access token has expired"),
    "7840": Failure("Permission is either not granted or has been removed."),
    "7842": Failure("Temporarily blocked for policies violations"),
    "7845": Failure("Rate limit hit. Cloud API message throughput has been reached."),
    "7846": Failure("Service Overloaded"),
    "7849": Failure("Template does not exist"),
    "7854": Failure("Server Temporarily Unavailable"),
    "7860": Failure("Account has been locked"),
    "7861": Failure("Unsupported mime type"),
    "7862": Failure("Hash mismatch"),
    "7863": Failure("Generic user error"),
    "7865": Failure("Phone number Not Registered"),
    "7868": Failure("Template is Disabled"),
    "7869": Failure("Template is Paused"),
    "7870": Failure("Business Account in maintenance mode"),
    "7871": Failure("Message Undeliverable"),
    "7872": Failure("User's number is part of an experiment"),
    "7874": Failure("(Business Account, Consumer Account) pair rate limit hit"),
}

_APPLE = _COMMON | {
    "7314": Failure("Invalid application details"),
    "7316": Failure("Invalid application details"),
    "7317": Failure("Merchant API session failed"),
    "7722": Failure("Parameter value is invalid"),
    "7738": Failure("Failed to upload media"),
}

_RCS = _COMMON | {
    "7318": Failure("General Bad Request error"),
    "7319": Failure("Not Found"),
    "7320": Failure("Invalid JSON"),
    "7321": Failure("Invalid JSON Content (bad field, invalid phone number)"),
    "7322": Failure("Provider not configured for chatbot"),
    "7323": Failure("Unable to locate carrier for the recipient"),
    "7324": Failure("Max TPS reached"),
    "7325": Failure("Unauthorized access"),
    "7326": Failure("Internal System Error"),
    "7327": Failure("External System error"),
    "7328": Failure("External System error detail"),
    "7329": Failure("Carrier lookup process failure"),
    "7330": Failure("MaaP error"),
    "7331": Failure("Rate limited at MaaP and retries expired"),
    "7334": Failure("MaaP returned a Failure IMDN"),
    "7740": Failure("Invalid media details"),
}

FAILURES: dict[Channel, dict[str, Failure]] = {
    Channel.SMS: _SMS | _CONTACT_POLICY,
    Channel.VOICE: _VOICE | _CONTACT_POLICY,
    Channel.IN_APP: _IN_APP | _CONTACT_POLICY,
    Channel.PUSH: _PUSH | _CONTACT_POLICY,
    Channel.MESSENGER: _MESSENGER | _CONTACT_POLICY,
    Channel.WHATSAPP: _WHATSAPP | _CONTACT_POLICY,
    Channel.APPLE: _APPLE | _CONTACT_POLICY,
    Channel.RCS: _RCS | _CONTACT_POLICY,
}

# How each channel says that the time was up, and that it simply failed.
EXPIRED = dict.fromkeys(Channel, "7301") | {
    Channel.SMS: "7208",
    Channel.VOICE: "7005",
    Channel.PUSH: "7503",
    Channel.WHATSAPP: "7705",
}
PLAIN_FAILURE = dict.fromkeys(Channel, "7010") | {
    Channel.SMS: "7202",
    Channel.VOICE: "7016",
    Channel.PUSH: "7404",
    Channel.APPLE: "7316",
}

# The platform's own word for a Meta error, `(#code)  | text` in additionalInfo.
META_CODES = {"7200": "131049", "7710": "131047", "7838": "100", "7714": "100", "7871": "131026", "7874": "131056"}
META_OTHER = "131000"


def failure_of(channel: Channel, code: str) -> Failure:
    """The row, or the request code's text: a magic recipient may ask for any code."""
    return FAILURES[channel].get(code, Failure(REQUEST.get(code, REQUEST["7200"])))
