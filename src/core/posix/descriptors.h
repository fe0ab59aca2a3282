/* descriptors.h - for a fork of ours that goes on by itself: it must hold nothing open of what is ours. */
#ifndef DISPATCH_DESCRIPTORS_H
#define DISPATCH_DESCRIPTORS_H

/* Closes every descriptor but `kept` (-1: none); 0 to 2 become the null device. */
void descriptors_close(int kept);
#endif
