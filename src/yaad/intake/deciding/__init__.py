"""What a file's texts mean: decided by evidence over the whole column, asked where the data do not decide."""
