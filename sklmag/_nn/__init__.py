"""Networks: tensors in, tensors out; estimators own them."""
