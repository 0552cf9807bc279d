// placeholder until the first file stands
