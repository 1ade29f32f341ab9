"""Language models on Amazon Bedrock."""
