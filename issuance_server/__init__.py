"""証明発行サーバー: decides who may have what, builds the certificate, and remembers that it did."""
