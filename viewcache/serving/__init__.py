"""The recommended model: exported whole, opened without TensorFlow, predicting from image bytes."""
