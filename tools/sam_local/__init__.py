"""What `sam local` needs around it: AWS and the exchanges on this machine, where its containers can reach them."""
