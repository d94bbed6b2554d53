"""The only part of Herald that knows boto3: narrow functions, named for what they mean to a message."""
