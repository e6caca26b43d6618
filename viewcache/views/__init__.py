"""Views of images: what may vary (policy), what was drawn (plan), and the pixels (render)."""
