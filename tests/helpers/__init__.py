"""What tests share: images, atlases, pages."""
